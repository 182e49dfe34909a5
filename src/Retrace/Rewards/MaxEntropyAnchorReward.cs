using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>
/// The earlier form of SFR: among the anchor positions, the one whose answers have the highest entropy decides. Answers
/// more frequent there than overall, or absent there, are boosted; less frequent ones are penalised. In [0, 1]; an
/// unextractable answer gets 0.
/// </summary>
/// <remarks>
/// Overall means both rounds, as in <see cref="SoftenedFrequencyReward"/>. Unextractable answers count in a position's
/// total but not in its entropy. Of equal entropies the earliest position decides. With no continuations the reward is
/// f_all.
/// </remarks>
public sealed class MaxEntropyAnchorReward : IRewardRule
{
    public RewardInputs Reads => RewardInputs.Continuations | RewardInputs.AnchorPositions;

    /// <exception cref="ArgumentException">The group has continuations but not an anchor position for each.</exception>
    public double[] Score(AnswerGroup group) => Explain(group).Scores;

    /// <exception cref="ArgumentException">The group has continuations but not an anchor position for each.</exception>
    public ExplainedScores Explain(AnswerGroup group)
    {
        AnswerCounts counts = new(group);
        int[] decisive = DecisiveAnswers(group);
        Dictionary<int, int> decisiveCounts = AnswerCounts.Count(decisive);
        RewardPart overall = RewardPart.OfAnswers("share of both rounds", group, counts.OverallFrequency);
        return decisive.Length == 0
            ? new ExplainedScores(
                [.. group.Maternal.Select(answer => answer == AnswerClasses.None ? 0 : counts.OverallFrequency(answer))],
                "share of both rounds",
                [overall])
            : new ExplainedScores(
                [
                    .. group.Maternal.Select(answer => answer == AnswerClasses.None
                        ? 0
                        : ReleaseFactors.Soften(counts.OverallFrequency(answer), ThereOf(answer))),
                ],
                "share of both rounds, times 1.2 where the share at the decisive anchor is larger or 0, 0.9 where it is smaller",
                [overall, RewardPart.OfAnswers("share at the decisive anchor", group, ThereOf)]);

        double ThereOf(int answer) => (double)decisiveCounts.GetValueOrDefault(answer) / decisive.Length;
    }

    // The answers of the continuations that start at the position with the highest entropy.
    private static int[] DecisiveAnswers(AnswerGroup group)
    {
        int[] answers = [.. group.Retraced.SelectMany(list => list)];
        int[] positions = answers.Length == 0
            ? []
            : [.. group.Read<AnchorPositions>().Indices.SelectMany(list => list)];
        if (positions.Length != answers.Length)
        {
            throw new ArgumentException(
                "The max-entropy-anchor reward needs the anchor position of each continuation; "
                + $"there are {positions.Length} for {answers.Length}.");
        }
        return positions.Zip(answers)
            .GroupBy(continuation => continuation.First, continuation => continuation.Second)
            .OrderBy(position => position.Key)
            .Select(position => position.ToArray())
            .MaxBy(Entropy) ?? [];
    }

    private static double Entropy(int[] answers)
    {
        // Summed in order of size, so that the same histogram always gives the same number and ties are found.
        int[] counts = [.. AnswerCounts.Count(answers).Values.Order()];
        double total = counts.Sum();
        return -counts.Sum(count => count / total * Math.Log(count / total));
    }
}
