using Retrace.Answers;

namespace Retrace.Rewards;

/// <summary>A number that a score is made of, for each trajectory of a group.</summary>
/// <param name="Name">What it is, in a few plain words.</param>
/// <param name="Values">[n] null where it does not apply, as most do not to a trajectory without an answer.</param>
public sealed record RewardPart(string Name, IReadOnlyList<double?> Values)
{
    /// <summary>A part that every trajectory has.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="values">[n]</param>
    internal static RewardPart Of(string name, IEnumerable<double> values) => new(name, [.. values.Cast<double?>()]);

    /// <summary>A part that belongs to an answer, and so to all trajectories that have it.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="group">The group; a trajectory without an answer has none of it.</param>
    /// <param name="of">Gives the number of an answer of the maternal round.</param>
    internal static RewardPart OfAnswers(string name, AnswerGroup group, Func<int, double> of) =>
        new(name, [.. group.Maternal.Select(answer => answer == AnswerClasses.None ? (double?)null : of(answer))]);
}
