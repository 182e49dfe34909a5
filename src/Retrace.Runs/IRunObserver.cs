using Retrace.Problems;

namespace Retrace.Runs;

/// <summary>
/// Receives the progress of a run. All calls come from the thread that evolves, which waits for them; what they throw
/// ends the run.
/// </summary>
public interface IRunObserver
{
    /// <summary>The run is open, and its first step is about to be taken.</summary>
    void Begin(RunStart run)
    {
    }

    /// <summary>Called when a step enters a stage.</summary>
    /// <param name="step">From 1; 0 is the evaluation before training.</param>
    /// <param name="stage">What is happening, in a word: rollout, retracing, learning, evaluation, probe.</param>
    void BeginStage(int step, string stage)
    {
    }

    /// <summary>A step is done, and its line is in <see cref="RunFolder.Metrics"/>.</summary>
    void CompleteStep(StepMetrics metrics)
    {
    }

    /// <summary>The run has ended; nothing more is told.</summary>
    /// <param name="failure">Why it ended before its last step; null where it did not.</param>
    void End(Exception? failure)
    {
    }
}

/// <summary>A run that is about to take its steps.</summary>
/// <param name="Name">The run's name.</param>
/// <param name="Folder">The run's folder.</param>
/// <param name="StepsTaken">Steps of earlier attempts, after which this one goes on.</param>
/// <param name="Steps">Steps of the whole run.</param>
/// <param name="Problems">How many problems it trains on.</param>
/// <param name="Skipped">Records of the data that are left out, and why.</param>
/// <param name="Notices">What the user ought to know before it starts, a sentence each.</param>
public sealed record RunStart(
    string Name,
    string Folder,
    int StepsTaken,
    int Steps,
    int Problems,
    IReadOnlyList<SkippedProblem> Skipped,
    IReadOnlyList<string> Notices);
