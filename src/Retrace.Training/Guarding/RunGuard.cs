using System.Globalization;
using Retrace.Configuration;
using Retrace.Runs;

namespace Retrace.Training.Guarding;

/// <summary>The guard of a run: what it has seen so far, and what the configuration has it do.</summary>
/// <param name="settings">The section <c>guard</c>.</param>
/// <param name="known">
/// The state of the checkpoint that the run goes on from; null: it begins, or an earlier version wrote it.
/// </param>
internal sealed class RunGuard(GuardSettings settings, GuardState? known)
{
    private readonly Guard _guard = new(settings.Patience, settings.Baseline);

    /// <summary>What it knows of the run.</summary>
    public GuardState State { get; private set; } = known ?? new GuardState();

    /// <summary>
    /// The checkpoint that may not be removed, since the run may go back to it; null where there is none.
    /// </summary>
    public int? Kept => Returns ? Guard.Best(State, _ => true) : null;

    private bool Returns => settings.Action == "return";

    /// <summary>Judges the run after a step.</summary>
    /// <returns>The metrics with the verdict.</returns>
    public StepMetrics Judge(StepMetrics metrics)
    {
        State = _guard.After(State, metrics);
        return metrics with { GuardVerdict = State.Verdict, GuardReason = GuardSentence.Of(State) };
    }

    /// <summary>What is to be done about the verdict.</summary>
    /// <param name="exists">Whether there is a checkpoint of a step.</param>
    public GuardResponse Respond(Func<int, bool> exists)
    {
        if (State.Verdict != GuardVerdict.Collapsing || settings.Action == "warn")
        {
            return GuardResponse.None;
        }
        return Returns && State.Returns < settings.MostReturns && Guard.Best(State, exists) is int best
            ? new GuardResponse(Stops: false, best)
            : new GuardResponse(Stops: true, null);
    }

    /// <summary>The run is back at a checkpoint. All processes call it.</summary>
    public void Return(int step) => State = Guard.Returned(State, step, settings.LearningRateFactor);

    /// <summary>
    /// The version of the policy after so many steps, for rollout engines: it rises with every change of the weights,
    /// and a return is one.
    /// </summary>
    public int PolicyVersion(int step) => step + State.Returns;

    /// <summary>A checkpoint of a step is about to be written, which the run can go back to.</summary>
    public void Save(int step) => State = Guard.Saved(State, step);

    /// <summary>The sentence with which the run ends.</summary>
    /// <param name="step">The step, which has a checkpoint.</param>
    /// <param name="checkpoint">The folder of that checkpoint.</param>
    public string Farewell(int step, string? checkpoint)
    {
        string cause = !Returns ? "guard.action is stop"
            : State.Returns < settings.MostReturns ? "there is no checkpoint to go back to, which checkpoint.every decides"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"it has gone back {State.Returns} {(State.Returns == 1 ? "time" : "times")}, as often as guard.most_returns allows");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"The run collapses, and the guard has stopped it after step {step}: {GuardSentence.Of(State)}; {cause}. "
            + $"--resume with --set guard.action=warn goes on from {checkpoint} regardless.");
    }
}
