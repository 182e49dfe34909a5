using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>
/// EMPO: the share of the answer's class, which lowers the entropy over classes of equal meaning. No answer is rewarded
/// where the entropy is at its highest (all different) or no class has a quarter of the samples: such a problem teaches
/// noise.
/// </summary>
/// <remarks>
/// Source: Zhang et al. 2025, "Right Question is Already Half the Answer", rewards.py of their release. A response
/// without an answer is a class of its own, 1/n. By hand: A A B C gives 0.5 0.5 0.25 0.25; A B C D gives 0 throughout;
/// A A and seven others, whose largest class has 2/9, give 0 throughout.
/// </remarks>
public sealed class SemanticEntropyReward : IRewardRule
{
    private const double LeastShare = 0.25;

    public RewardInputs Reads => RewardInputs.None;

    public double[] Score(AnswerGroup group) => Explain(group).Scores;

    public ExplainedScores Explain(AnswerGroup group)
    {
        int n = group.Maternal.Count;
        AnswerFrequencies frequencies = new(group.Maternal);
        double largest = Math.Max(frequencies.Of(frequencies.Mode), frequencies.Unanswered > 0 ? 1.0 / n : 0);
        bool allDiffer = n > 1 && frequencies.Different == n;
        double[] shares =
            [.. group.Maternal.Select(answer => answer == AnswerClasses.None ? 1.0 / n : frequencies.Of(answer))];
        bool isNoise = allDiffer || largest < LeastShare;
        return new ExplainedScores(
            isNoise ? new double[n] : shares,
            isNoise ? "0 for all, as all answers differ or none has a quarter of the samples" : "share of the samples",
            [RewardPart.Of("share of the samples", shares)]);
    }
}
