using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>
/// SRT's pseudo-label: 1 for the most frequent maternal answer, 0 for every other. A problem whose most frequent answer
/// has less than a threshold of the samples is not learned from.
/// </summary>
/// <remarks>
/// <para>
/// Source: Shafayat et al. 2025, "Can Large Reasoning Models Self-Train?", self_learning.py of their release, whose
/// threshold this has (0.6). There the share is one of the responses that answer; here it is one of all n, so that
/// silence is not agreement.
/// </para>
/// <para>
/// By hand, threshold 0.6, answers A A A B: the share of A is 0.75, and the rewards are 1 1 1 0. Answers A A B C: 0.5,
/// nothing is learned.
/// </para>
/// </remarks>
public sealed class SelfRewardedTrainingReward : IRewardRule
{
    /// <summary>The threshold of the release.</summary>
    public const double ReleasedThreshold = 0.6;

    private readonly double _threshold;

    /// <param name="threshold">The least share of the maternal samples that makes an answer a label, in [0, 1].</param>
    /// <exception cref="BadInputException">The threshold is out of range.</exception>
    public SelfRewardedTrainingReward(double threshold = ReleasedThreshold)
    {
        if (threshold is not (>= 0 and <= 1))
        {
            throw new BadInputException($"The threshold of srt is {threshold}; it must lie between 0 and 1.");
        }
        _threshold = threshold;
    }

    public RewardInputs Reads => RewardInputs.None;

    public double[] Score(AnswerGroup group) => Explain(group).Scores;

    public ExplainedScores Explain(AnswerGroup group)
    {
        AnswerFrequencies frequencies = new(group.Maternal);
        return new ExplainedScores(
            LabelMatch.Scores(group, frequencies.Mode),
            FormattableString.Invariant(
                $"1 for the most frequent answer; nothing is learned where its share is below {_threshold}"),
            [RewardPart.OfAnswers("share of the samples", group, frequencies.Of)]);
    }

    public double WeightOf(AnswerGroup group)
    {
        AnswerFrequencies frequencies = new(group.Maternal);
        return frequencies.Mode != AnswerClasses.None && frequencies.Of(frequencies.Mode) >= _threshold ? 1 : 0;
    }
}
