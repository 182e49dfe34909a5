using System.Globalization;
using Retrace.Runs;

namespace Retrace.Training.Evolution;

/// <summary>Runs the loop while it notifies observers, keeps the folder's log and watches for stop requests.</summary>
/// <param name="loop">The loop to run.</param>
/// <param name="start">What observers receive before the first step.</param>
/// <param name="observers">The observers, notified in order.</param>
internal sealed class ObservedRun(EvolutionLoop loop, RunStart start, IReadOnlyList<IRunObserver> observers)
{
    /// <summary>Takes the remaining steps.</summary>
    /// <exception cref="OperationCanceledException">
    /// The run was interrupted, or was asked to stop (<see cref="RunStoppedException"/>).
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
        var hints = new HintNews();
        loop.StepCompleted += metrics =>
        {
            log.Write(StepSummary.Line(metrics, start.Steps));
            foreach (CostHint hint in hints.After(metrics))
            {
                log.Write($"hint: {hint.Sentence}");
            }
        };
        using var stop = StopRequest.WatchFor(start.Folder, cancellation);
        try
        {
            TakeSteps(stop.Token);
            log.Write(start.StepsTaken == start.Steps ? "all steps were taken before; there was nothing left to do" : "done");
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

    // If writing fails, as on a full disk, the exception that ended the run must still reach the caller.
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
