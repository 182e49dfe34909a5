using Retrace.Runs;
using Spectre.Console;

namespace Retrace.Cli.Progress;

/// <summary>A run as a bar in the terminal, which says what step and stage it is at.</summary>
/// <param name="bars">The bars of all runs that go on at once.</param>
internal sealed class RunBar(RunBars bars) : IRunObserver
{
    private readonly HintNews _hints = new();
    private RunStart? _run;
    private ProgressTask? _bar;
    private string _latest = "";
    private GuardVerdict _verdict;

    public void Begin(RunStart run)
    {
        _run = run;
        _bar = bars.Begin(run);
    }

    public void BeginStage(int step, string stage) =>
        _bar!.Description = Markup.Escape($"{_run!.Name}  step {step}/{_run.Steps}  {stage,-10}{_latest}");

    public void CompleteStep(StepMetrics metrics)
    {
        _bar!.Value = metrics.Step;
        _latest = metrics.StepSeconds is null ? _latest : $"  {StepSummary.Numbers(metrics)}{Verdict(metrics)}";
        if (metrics.GuardVerdict is GuardVerdict verdict && verdict != _verdict)
        {
            _verdict = verdict;
            AnsiConsole.WriteLine($"{_run!.Name}  step {metrics.Step}: {Explained(metrics, verdict)}"); // Above the bar.
        }
        foreach (CostHint hint in _hints.After(metrics))
        {
            AnsiConsole.WriteLine($"{_run!.Name}  hint: {hint.Sentence}");
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
            _bar!.Description = Markup.Escape(_run!.Name);
        }
        bars.End(_bar!);
    }
}
