using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>
/// SFR as the first public release computes it: r(a) = 1.2 · c_R(a) / (|R| + n), clamped to [0, 1]; an unextractable
/// answer gets 0.
/// </summary>
/// <remarks>
/// The release compares base = c_R / (|R| + n) with f_R = c_R / |R| to choose between a boost of 0.2 and a penalty of
/// 0.1. As |R| is less than |R| + n, the boost is always chosen. With n = 8 and k = 5, r = c_R / 40.
/// </remarks>
public sealed class ReleasedReward : IRewardRule
{
    public RewardInputs Reads => RewardInputs.Continuations;

    /// <summary>The release compares answers as strings.</summary>
    public IAnswerEquivalence Equivalence { get; } = new ExactEquivalence();

    public double[] Score(AnswerGroup group) => Explain(group).Scores;

    public ExplainedScores Explain(AnswerGroup group)
    {
        AnswerCounts counts = new(group);
        return new ExplainedScores(
            [.. group.Maternal.Select(answer => answer == AnswerClasses.None ? 0 : Reward(answer))],
            "1.2 · continuations with the answer / samples of both rounds, at most 1",
            [
                RewardPart.OfAnswers("continuations with the answer", group, answer => counts.Retraced(answer)),
                RewardPart.Of(
                    "samples of both rounds",
                    group.Maternal.Select(_ => (double)(counts.RetracedTotal + counts.MaternalTotal))),
            ]);

        double Reward(int answer) => Math.Clamp(
            ReleaseFactors.Boost * counts.Retraced(answer) / (counts.RetracedTotal + counts.MaternalTotal), 0, 1);
    }
}
