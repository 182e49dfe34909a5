using Retrace.Runs;
using Spectre.Console;

namespace Retrace.Cli.Progress;

/// <summary>A run as a bar in the terminal, which says what step and stage it is at.</summary>
/// <remarks>
/// The terminal's library paints for as long as a function of its own runs, which here waits on another thread for the
/// run to end.
/// </remarks>
internal sealed class RunBar : IRunObserver
{
    private readonly TaskCompletionSource<ProgressTask> _shown = new();
    private readonly TaskCompletionSource _ended = new();
    private RunStart? _run;
    private Task? _painting;
    private string _latest = "";
    private GuardVerdict _verdict;

    private ProgressTask Bar => _shown.Task.Result;

    public void Begin(RunStart run)
    {
        _run = run;
        _painting = AnsiConsole.Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new PercentageColumn(),
                new TimeLeftColumn(run.StepsTaken),
                new SpinnerColumn())
            .StartAsync(context =>
            {
                ProgressTask bar = context.AddTask(Markup.Escape(run.Name), maxValue: run.Steps);
                bar.Value = run.StepsTaken;
                _shown.SetResult(bar);
                return _ended.Task;
            });
    }

    public void BeginStage(int step, string stage) =>
        Bar.Description = Markup.Escape($"{_run!.Name}  step {step}/{_run.Steps}  {stage,-10}{_latest}");

    public void CompleteStep(StepMetrics metrics)
    {
        Bar.Value = metrics.Step;
        _latest = metrics.StepSeconds is null ? _latest : $"  {StepSummary.Numbers(metrics)}{Verdict(metrics)}";
        if (metrics.GuardVerdict is GuardVerdict verdict && verdict != _verdict)
        {
            _verdict = verdict;
            AnsiConsole.WriteLine($"{_run!.Name}  step {metrics.Step}: {Explained(metrics, verdict)}"); // Above the bar.
        }
    }

    private static string Explained(StepMetrics metrics, GuardVerdict verdict) =>
        verdict == GuardVerdict.Fine ? "fine again" : StepSummary.Guard(metrics).TrimStart();

    // In a word, as there is room for beside the bar.
    private static string Verdict(StepMetrics metrics) =>
        metrics.GuardVerdict is GuardVerdict verdict and not GuardVerdict.Fine ? $"  {StepSummary.WordOf(verdict)}" : "";

    public void End(Exception? failure)
    {
        if (failure is null)
        {
            Bar.Description = Markup.Escape(_run!.Name);
        }
        _ended.SetResult();
        _painting!.GetAwaiter().GetResult();
    }
}
