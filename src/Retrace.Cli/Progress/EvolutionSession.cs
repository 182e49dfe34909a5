using System.Globalization;
using Retrace.Cli.Commands;
using Retrace.Configuration;
using Retrace.Reporting;
using Retrace.Reporting.TensorBoard;
using Retrace.Runs;
using Retrace.Training.Evolution;
using Spectre.Console;

namespace Retrace.Cli.Progress;

/// <summary>A run as the terminal shows it, with the files that are written along with it.</summary>
internal static class EvolutionSession
{
    /// <summary>Begins a run, goes on with one, or leaves a complete one as it is.</summary>
    /// <returns>The folder of its last checkpoint.</returns>
    /// <exception cref="BadInputException">Something cannot be used, or the run began with other settings.</exception>
    /// <exception cref="OperationCanceledException">It was interrupted, and has left a checkpoint.</exception>
    public static string Complete(
        string modelDirectory,
        string dataFile,
        string directory,
        RunConfiguration configuration,
        string label,
        CancellationToken cancellation)
    {
        if (EvolutionRun.FindComplete(directory, configuration) is string checkpoint)
        {
            return checkpoint;
        }
        bool resume = File.Exists(Path.Combine(directory, RunFolder.Config));
        using EvolutionRun run =
            EvolutionRun.Open(modelDirectory, dataFile, directory, configuration, resume, cancellation);
        Run(run, directory, label, cancellation);
        return run.LatestCheckpoint!;
    }

    /// <summary>Takes all steps that are left.</summary>
    /// <param name="run">Open, and not run yet.</param>
    /// <param name="directory">Its folder.</param>
    /// <param name="label">What the progress bar is called.</param>
    /// <exception cref="OperationCanceledException">
    /// It was interrupted or asked to stop (<see cref="RunStoppedException"/>), and has left a checkpoint.
    /// </exception>
    public static void Run(EvolutionRun run, string directory, string label, CancellationToken cancellation)
    {
        SkippedReport.Write(run.Skipped, Console.Error);
        using RunLog log = RunLog.Open(directory);
        foreach (DamagedCheckpoint damaged in run.Damaged)
        {
            string notice = $"{damaged.Damage}; the run goes on from step {run.StepsTaken}, and the damaged checkpoint is kept "
                + $"in {damaged.KeptAs}";
            Console.Error.WriteLine($"retrace: {notice}");
            log.Write(notice);
        }
        log.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"{label}: {run.StepsTaken} of {run.Loop.Steps} steps taken, {run.ProblemCount} problems, "
            + $"{run.Skipped.Count} left out"));
        run.Loop.StepCompleted += metrics => log.Write(LineOf(run, metrics));
        using StopRequest stop = StopRequest.WatchFor(directory, cancellation);
        try
        {
            TakeSteps(run, directory, label, stop.Token);
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

    private static void TakeSteps(EvolutionRun run, string directory, string label, CancellationToken cancellation)
    {
        using TensorBoardWriter events =
            TensorBoardWriter.Open(directory, run.StepsTaken > 0 ? run.StepsTaken : -1);
        run.Loop.StepCompleted += events.Append;
        try
        {
            if (AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected)
            {
                ShowBar(run, label, () => run.Loop.Run(run.StepsTaken, cancellation));
            }
            else
            {
                run.Loop.StepCompleted += metrics => Console.WriteLine($"{label}  {LineOf(run, metrics)}");
                run.Loop.Run(run.StepsTaken, cancellation);
            }
        }
        catch
        {
            try
            {
                WriteReport(directory); // Also of a run that was interrupted or has failed.
            }
            catch (BadInputException) // On a full disk, which is then why the run has failed.
            {
            }
            throw;
        }
        WriteReport(directory);
    }

    private static void WriteReport(string directory) =>
        Report.Write([RunReader.Read(directory)], Path.Combine(directory, RunFolder.Report));

    private static void ShowBar(EvolutionRun run, string label, Action work) => AnsiConsole.Progress()
        .Columns(
            new TaskDescriptionColumn { Alignment = Justify.Left },
            new ProgressBarColumn(),
            new PercentageColumn(),
            new TimeLeftColumn(run.StepsTaken),
            new SpinnerColumn())
        .Start(context =>
        {
            ProgressTask bar = context.AddTask(Markup.Escape(label), maxValue: run.Loop.Steps);
            bar.Value = run.StepsTaken;
            string latest = "";
            run.Loop.StageStarted += (step, stage) =>
                bar.Description = Markup.Escape($"{label}  step {step}/{run.Loop.Steps}  {stage,-10}{latest}");
            run.Loop.StepCompleted += metrics =>
            {
                bar.Value = metrics.Step;
                latest = metrics.StepSeconds is null ? latest : $"  {Numbers(metrics)}";
            };
            work();
            bar.Description = Markup.Escape(label);
        });

    private static string LineOf(EvolutionRun run, StepMetrics metrics)
    {
        if (metrics.StepSeconds is not double seconds)
        {
            return string.Create(CultureInfo.InvariantCulture, $"before training  {Evaluated(metrics)}");
        }
        TimeSpan left = TimeSpan.FromSeconds(seconds * (run.Loop.Steps - metrics.Step));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"step {metrics.Step}/{run.Loop.Steps}  {Numbers(metrics)}{Evaluated(metrics)}  {TimeLeftColumn.TextOf(left)} left");
    }

    private static string Numbers(StepMetrics metrics) => string.Create(
        CultureInfo.InvariantCulture,
        $"reward {metrics.RewardMean:0.000}  entropy {metrics.Entropy:0.000}  {metrics.TokensPerSecond:0} tokens/s"
        + $"  {metrics.StepSeconds:0.0} s");

    private static string Evaluated(StepMetrics metrics) => metrics.EvalAccuracy is double accuracy
        ? string.Create(CultureInfo.InvariantCulture, $"  evaluation {100 * accuracy:0.0} %")
        : "";
}
