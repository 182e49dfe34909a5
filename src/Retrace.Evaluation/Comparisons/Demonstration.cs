using Retrace.Configuration;
using Retrace.Reporting;
using Retrace.Runs;
using Retrace.Training.Evolution;
using Retrace.Training.Measurement;

namespace Retrace.Evaluation.Comparisons;

/// <summary>
/// Evolves a model with CSRS and with majority voting, from the same seed and with as many generated tokens.
/// </summary>
/// <param name="modelFolder">Where both start.</param>
/// <param name="trainingFile">What they train on, without labels.</param>
/// <param name="evaluationFile">What is measured during the runs.</param>
/// <param name="test">What is measured before and after.</param>
/// <param name="folder">The folder of both runs and their page; runs that are already there are resumed.</param>
public sealed class Demonstration(
    string modelFolder, string trainingFile, string evaluationFile, HeldOutTest test, string folder)
{
    /// <summary>The page with the curves of both runs.</summary>
    public string ReportFile => Path.Combine(folder, RunFolder.Report);

    /// <summary>What runs that are resumed may be given otherwise than they began.</summary>
    public IReadOnlySet<RunAspect> AllowChanged { get; init; } = new HashSet<RunAspect>();

    /// <summary>Completes both runs, and writes the page.</summary>
    /// <param name="steps">The number of steps of each method.</param>
    /// <param name="seed">The seed of both runs.</param>
    /// <param name="observers">Creates the observers of one run.</param>
    /// <param name="cancellation">Interrupts it; it can be resumed.</param>
    /// <exception cref="BadInputException">Something cannot be used, or a run in the folder is another one.</exception>
    public DemonstrationResult Complete(
        int steps, long seed, Func<IReadOnlyList<IRunObserver>> observers, CancellationToken cancellation = default)
    {
        string[] settings = [$"steps={steps}", $"seed={seed}", $"evaluation.data={evaluationFile}"];
        RunConfiguration csrs = ConfigurationLayers.Resolve(modelFolder, null, settings);
        IReadOnlyList<GradedProblem> start = test.Measure(modelFolder, csrs, cancellation).Problems;
        DemonstratedRun withCsrs = Evolve("csrs", csrs);

        int votes = VoteBudget.Matching(withCsrs.Metrics, csrs.Rollout.Group);
        RunConfiguration majority = ConfigurationLayers.Resolve(
            modelFolder, null, [.. settings, "method=majority", $"rollout.vote_samples={votes}"]);
        DemonstratedRun withMajority = Evolve("majority", majority);

        Report.Write([RunReader.Read(FolderOf("csrs")), RunReader.Read(FolderOf("majority"))], ReportFile);
        return new DemonstrationResult(start, [withCsrs, withMajority]);

        DemonstratedRun Evolve(string method, RunConfiguration configuration)
        {
            RunOptions run = new(modelFolder, trainingFile, FolderOf(method))
            {
                Configuration = configuration,
                Observers = observers(),
                AllowChanged = AllowChanged,
            };
            EvolutionResult evolved = EvolutionRun.Complete(run, cancellation);
            return new DemonstratedRun(
                method, evolved.Metrics, test.Measure(evolved.Checkpoint, configuration, cancellation).Problems);
        }
    }

    private string FolderOf(string method) => Path.Combine(folder, method);
}

/// <summary>The tests before and after the runs of a demonstration.</summary>
/// <param name="Start">The test of the model before the runs.</param>
/// <param name="Runs">With CSRS, then by majority.</param>
public sealed record DemonstrationResult(IReadOnlyList<GradedProblem> Start, IReadOnlyList<DemonstratedRun> Runs);

/// <summary>One run of a demonstration, tested at its end.</summary>
/// <param name="Method">The name of the method.</param>
/// <param name="Metrics">The metrics of its steps.</param>
/// <param name="Test">The test of the model after the run.</param>
public sealed record DemonstratedRun(
    string Method, IReadOnlyList<StepMetrics> Metrics, IReadOnlyList<GradedProblem> Test);
