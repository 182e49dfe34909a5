using Retrace.Rewards;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>What was sampled for a problem beside both rounds. It counts for the reward and is never trained on.</summary>
public sealed record SideSamples
{
    /// <summary>Samples with the images blanked; empty where the rule reads none.</summary>
    public IReadOnlyList<Trajectory> Blind { get; init; } = [];

    /// <summary>Responses of the start model; empty where the rule reads none.</summary>
    public IReadOnlyList<Trajectory> Start { get; init; } = [];

    /// <summary>Responses of the averaged teacher; empty where the rule reads none.</summary>
    public IReadOnlyList<Trajectory> Teacher { get; init; } = [];

    /// <summary>
    /// Responses to the question in other words; empty where the rule reads none, or the policy found no other words.
    /// </summary>
    public IReadOnlyList<Trajectory> Rephrased { get; init; } = [];

    /// <summary>What the policy answered when it was asked for other words; null where it was not.</summary>
    public Trajectory? Rephrasing { get; init; }

    /// <summary>[n] The judgement of each maternal trajectory; empty where the rule reads none.</summary>
    public IReadOnlyList<Judgement> Judged { get; init; } = [];

    /// <summary>Everything that was generated.</summary>
    internal IEnumerable<Generation> Generations =>
        AnswerGroup.SideRounds.SelectMany(TrajectoriesOf).Concat(Rephrasing is null ? [] : [Rephrasing])
            .Select(one => one.Generation).Concat(Judged.Select(one => one.Generation));

    /// <summary>The trajectories whose answers a rule reads.</summary>
    /// <param name="round">One of <see cref="AnswerGroup.SideRounds"/>.</param>
    internal IReadOnlyList<Trajectory> TrajectoriesOf(RewardInputs round) => round switch
    {
        RewardInputs.BlindAnswers => Blind,
        RewardInputs.StartAnswers => Start,
        RewardInputs.TeacherAnswers => Teacher,
        RewardInputs.RephrasedAnswers => Rephrased,
        _ => throw new ArgumentOutOfRangeException(nameof(round), round, "No trajectories are sampled for it."),
    };
}

/// <summary>A judge's response about a trajectory.</summary>
/// <param name="Generation">The sampled tokens.</param>
/// <param name="Text">The text without the stop token.</param>
/// <param name="Score">From 0 to 1; 0 where the judge gave none that can be read.</param>
public sealed record Judgement(Generation Generation, string Text, double Score);
