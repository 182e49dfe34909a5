using Retrace.Runs;

namespace Retrace.Cli.Progress;

/// <summary>A run as lines on standard output, one for each step.</summary>
internal sealed class RunLines : IRunObserver
{
    private readonly HintNews _hints = new();
    private RunStart? _run;

    public void Begin(RunStart run) => _run = run;

    public void CompleteStep(StepMetrics metrics)
    {
        Console.WriteLine($"{_run!.Name}  {StepSummary.Line(metrics, _run.Steps)}");
        foreach (CostHint hint in _hints.After(metrics))
        {
            Console.WriteLine($"{_run.Name}  hint: {hint.Sentence}");
        }
    }
}
