using Retrace.Runs;

namespace Retrace.Training.Guarding;

/// <summary>
/// Judges a run by its label-free signs. All of it is a function of the steps' metrics; nothing is read or written.
/// </summary>
/// <remarks>
/// Each sign is smoothed and compared with the run's own start, and has a level (<see cref="SignState"/>). One sign
/// that drifts makes a step look drifting; it takes a second one beside a sign that collapses to make it look
/// collapsing. The verdict follows when <c>patience</c> steps in a row have looked worse, and back when twice as many
/// have looked better, so that it does not flap.
/// </remarks>
/// <param name="patience">Steps in a row that must look worse.</param>
/// <param name="baseline">Steps that make the start.</param>
internal sealed class Guard(int patience, int baseline)
{
    private const int CalmerBy = 2; // How many times more steps it takes to be calmed than to be alarmed.
    private const int Witnesses = 2; // Signs that have left what is usual, of which one has gone as far as collapse.

    /// <summary>The state after a step.</summary>
    public GuardState After(GuardState state, StepMetrics metrics)
    {
        Dictionary<string, SignState> signs = new(state.Signs);
        foreach (Sign sign in Sign.All)
        {
            SignState known = signs.GetValueOrDefault(sign.Key, SignState.Unknown);
            if (known.Next(sign, sign.Read(metrics), baseline) is { Measured: > 0 } next)
            {
                signs[sign.Key] = next;
            }
        }
        return Judged(state, LookOf(signs.Values)) with
        {
            Signs = signs,
            Agreement = Smoothed(state.Agreement, AgreementOf(metrics)),
        };
    }

    /// <summary>The state when a checkpoint of a step is about to be written, which the run can go back to.</summary>
    /// <param name="step">The steps taken.</param>
    public static GuardState Saved(GuardState state, int step) => ScoreOf(state) is not double score
        ? state
        : state with
        {
            Checkpoints =
            [
                .. state.Checkpoints.Where(other => other.Step < step),
                new ScoredCheckpoint(step, score),
            ],
        };

    /// <summary>The state after the run has gone back to a checkpoint.</summary>
    /// <param name="step">The checkpoint's step.</param>
    /// <param name="factor">What the learning rate is multiplied by.</param>
    public static GuardState Returned(GuardState state, int step, double factor) => new()
    {
        Signs = state.Signs.ToDictionary(
            sign => sign.Key, sign => sign.Value with { Smoothed = null, Level = GuardVerdict.Fine }),
        Checkpoints = [.. state.Checkpoints.Where(checkpoint => checkpoint.Step <= step)],
        Returns = state.Returns + 1,
        LearningRateScale = state.LearningRateScale * factor,
    };

    /// <summary>
    /// The label-free score: how far the model agrees with itself, less 1 for each sign that drifts and 2 for each
    /// that collapses, so that agreement decides among checkpoints at which as much was in order. Null before the
    /// first step.
    /// </summary>
    public static double? ScoreOf(GuardState state) =>
        state.Agreement - state.Signs.Values.Sum(sign => (int)sign.Level);

    /// <summary>The checkpoint with the best score, the latest of equals; null where there is none.</summary>
    /// <param name="exists">Whether a step's checkpoint is still there.</param>
    public static int? Best(GuardState state, Func<int, bool> exists) => state.Checkpoints
        .Where(checkpoint => exists(checkpoint.Step))
        .OrderByDescending(checkpoint => checkpoint.Score)
        .ThenByDescending(checkpoint => checkpoint.Step)
        .FirstOrDefault()?.Step;

    private static GuardVerdict LookOf(IEnumerable<SignState> signs)
    {
        GuardVerdict[] gone = [.. signs.Select(sign => sign.Level).Where(level => level != GuardVerdict.Fine)];
        return gone.Length == 0 ? GuardVerdict.Fine
            : gone.Length >= Witnesses && gone.Contains(GuardVerdict.Collapsing) ? GuardVerdict.Collapsing
            : GuardVerdict.Drifting;
    }

    private GuardState Judged(GuardState state, GuardVerdict look)
    {
        if (look == state.Verdict)
        {
            return state with { WorseSteps = 0, BetterSteps = 0 };
        }
        if (look > state.Verdict)
        {
            int worse = state.WorseSteps + 1;
            GuardVerdict atLeast = worse == 1 || look < state.WorseAtLeast ? look : state.WorseAtLeast;
            return worse < patience
                ? state with { WorseSteps = worse, WorseAtLeast = atLeast, BetterSteps = 0 }
                : state with { Verdict = atLeast, WorseSteps = 0, BetterSteps = 0 };
        }
        int better = state.BetterSteps + 1;
        GuardVerdict atMost = better == 1 || look > state.BetterAtMost ? look : state.BetterAtMost;
        return better < CalmerBy * patience
            ? state with { BetterSteps = better, BetterAtMost = atMost, WorseSteps = 0 }
            : state with { Verdict = atMost, WorseSteps = 0, BetterSteps = 0 };
    }

    private static double? AgreementOf(StepMetrics metrics)
    {
        double[] measured =
        [
            .. new[] { metrics.MajorityShare, metrics.Survival, metrics.PerturbedAgreement }
                .OfType<double>().Where(double.IsFinite),
        ];
        return measured.Length == 0 ? null : measured.Average();
    }

    private static double? Smoothed(double? before, double? now) =>
        now is null ? before : before is null ? now : before + (SignState.NewShare * (now - before));
}
