using Retrace.Runs;

namespace Retrace.Training.Guarding;

/// <summary>
/// Everything that the guard remembers of a run: a part of its checkpoints, so that a resumed run judges alike.
/// </summary>
internal sealed record GuardState
{
    /// <summary>The signs by their keys; those that were never measured are missing.</summary>
    public IReadOnlyDictionary<string, SignState> Signs { get; init; } = new Dictionary<string, SignState>();

    public GuardVerdict Verdict { get; init; }

    /// <summary>Steps in a row that looked worse than the verdict.</summary>
    public int WorseSteps { get; init; }

    /// <summary>The mildest of them: what all of these steps agree on.</summary>
    public GuardVerdict WorseAtLeast { get; init; }

    /// <summary>Steps in a row that looked better than the verdict.</summary>
    public int BetterSteps { get; init; }

    /// <summary>The worst verdict of these steps: none of them looked worse than that.</summary>
    public GuardVerdict BetterAtMost { get; init; }

    /// <summary>
    /// How far the model agrees with itself, smoothed: the mean of majority share, survival and agreement on perturbed
    /// images, as far as they are measured. Null before the first step, and after a return.
    /// </summary>
    public double? Agreement { get; init; }

    /// <summary>The checkpoints that the run can go back to, in their order.</summary>
    public IReadOnlyList<ScoredCheckpoint> Checkpoints { get; init; } = [];

    /// <summary>How often the run has gone back.</summary>
    public int Returns { get; init; }

    /// <summary>What the configured learning rate is multiplied by.</summary>
    public double LearningRateScale { get; init; } = 1;
}

/// <summary>A checkpoint with its label-free score: the higher, the better.</summary>
internal sealed record ScoredCheckpoint(int Step, double Score);
