// Evolves a model and watches it from inside the program: WatchRun MODEL-FOLDER DATA-FILE RUN-FOLDER STEPS
using Retrace.Reporting;
using Retrace.Runs;
using Retrace.Training.Evolution;

using CancellationTokenSource collapse = new();
RunOptions options = new(args[0], args[1], args[2])
{
    Steps = int.Parse(args[3]),
    Observers = [new Watcher(collapse), new RunReporter()], // The second writes report.html and TensorBoard's events.
};
// Begins, or goes on with the run that is in the folder.
EvolutionResult result = EvolutionRun.Complete(options, collapse.Token);
Console.WriteLine($"{result.Metrics.Count} steps; the model is in {result.Checkpoint}");

// Shows each step, and interrupts a run whose answers have become all the same.
internal sealed class Watcher(CancellationTokenSource collapse) : IRunObserver
{
    public void Begin(RunStart run) =>
        Console.WriteLine($"{run.Problems} problems, steps {run.StepsTaken} to {run.Steps}");

    public void BeginStage(int step, string stage) => Console.WriteLine($"  step {step}: {stage}");

    public void CompleteStep(StepMetrics metrics)
    {
        Console.WriteLine($"reward {metrics.RewardMean:0.000}, answers a problem {metrics.DistinctAnswers:0.0}");
        if (metrics.DistinctAnswers <= 1)
        {
            collapse.Cancel();
        }
    }
}
