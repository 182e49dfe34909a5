using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>
/// The solver's reward of EvoLMM: p(a)^0.7 · (1 − 0.1 · ℓ), where ℓ grows from 0 to 1 as the words before the answer
/// grow from 6 to 12: agreement, and brevity.
/// </summary>
/// <remarks>
/// Source: Thawakar et al. 2025, "EvoLMM", train.py of their release, with its numbers. There an answer stands between
/// tags; here its words begin where the final answer does (<see cref="AnswerStatement"/>). By hand: A A A B, of 3, 9,
/// 12 and 6 words, gives 0.75^0.7 = 0.817604 times 1, 0.95 and 0.9, and 0.25^0.7 = 0.378929.
/// </remarks>
public sealed class EvolvingSolverReward : IRewardRule
{
    private const double Softness = 0.7;
    private const double LengthWeight = 0.1;
    private const int TargetWords = 6;

    public RewardInputs Reads => RewardInputs.WordsBeforeAnswers;

    public double[] Score(AnswerGroup group) => Explain(group).Scores;

    public ExplainedScores Explain(AnswerGroup group)
    {
        AnswerFrequencies frequencies = new(group.Maternal);
        IReadOnlyList<int> words = group.Read<WordsBeforeAnswers>().Counts;
        double[] shares = [.. group.Maternal.Select(frequencies.Of)];
        double[] excesses = [.. words.Select(Excess)];
        return new ExplainedScores(
            [
                .. shares.Zip(excesses, (share, excess) => Math.Pow(share, Softness) * (1 - (LengthWeight * excess))),
            ],
            "(share of the samples)^0.7 · (1 − 0.1 · excess length)",
            [
                RewardPart.Of("share of the samples", shares),
                RewardPart.Of("words before the answer", words.Select(count => (double)count)),
                RewardPart.Of("excess length", excesses),
            ]);
    }

    private static double Excess(int words) => Math.Clamp((words - TargetWords) / (double)TargetWords, 0, 1);
}
