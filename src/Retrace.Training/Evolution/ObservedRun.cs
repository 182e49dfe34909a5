using System.Globalization;
using Retrace.Runs;

namespace Retrace.Training.Evolution;

/// <summary>The steps of a run in sight of others: observers, the folder's log, and whoever asks it to stop.</summary>
/// <param name="loop">Takes the steps.</param>
/// <param name="start">What is told before the first one.</param>
/// <param name="observers">Told in their order.</param>
internal sealed class ObservedRun(EvolutionLoop loop, RunStart start, IReadOnlyList<IRunObserver> observers)
{
    /// <summary>Takes the steps that are left.</summary>
    /// <exception cref="OperationCanceledException">
    /// It was interrupted, or asked to stop (<see cref="RunStoppedException"/>).
    /// </exception>
    public void Run(CancellationToken cancellation)
    {
        using var log = RunLog.Open(start.Folder);
        foreach (string notice in start.Notices)
        {
            log.Write(notice);
        }
        log.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"{start.Name}: {start.StepsTaken} of {start.Steps} steps taken, {start.Problems} problems, "
            + $"{start.Skipped.Count} left out"));
        loop.StepCompleted += metrics => log.Write(StepSummary.Line(metrics, start.Steps));
        using var stop = StopRequest.WatchFor(start.Folder, cancellation);
        try
        {
            TakeSteps(stop.Token);
            log.Write("done");
        }
        catch (OperationCanceledException error)
        {
            WriteLast(log, stop.IsMade ? "stopped, as asked" : "interrupted");
            if (stop.IsMade)
            {
                throw new RunStoppedException(error);
            }
            throw;
        }
        catch (Exception error)
        {
            WriteLast(log, $"failed: {error.Message}");
            throw;
        }
    }

    private void TakeSteps(CancellationToken cancellation)
    {
        TellAll(observer => observer.Begin(start));
        loop.StageStarted += (step, stage) => TellAll(observer => observer.BeginStage(step, stage));
        loop.StepCompleted += metrics => TellAll(observer => observer.CompleteStep(metrics));
        try
        {
            loop.Run(start.StepsTaken, cancellation);
        }
        catch (Exception error)
        {
            TellAll(observer => observer.End(error));
            throw;
        }
        TellAll(observer => observer.End(failure: null));
    }

    private void TellAll(Action<IRunObserver> tell)
    {
        foreach (IRunObserver observer in observers)
        {
            tell(observer);
        }
    }

    // Where the disk is full, what has ended the run is what has to be told.
    private static void WriteLast(RunLog log, string text)
    {
        try
        {
            log.Write(text);
        }
        catch (IOException)
        {
        }
    }
}
