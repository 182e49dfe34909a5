using Retrace.Configuration;
using Retrace.Data;
using Retrace.Data.Formats;
using Retrace.Reporting;
using Retrace.Runs;
using Retrace.Training.Evolution;
using Retrace.Training.Measurement;

namespace Retrace.Evaluation.Comparisons;

/// <summary>
/// Evolves a model with our own method, with CSRS as the paper sets it, and by majority voting with as many generated tokens
/// as ours, all from the same seed.
/// </summary>
public sealed class Demonstration
{
    private const string Csrs = "csrs";
    private const string Majority = "majority";

    private readonly string _modelFolder;
    private readonly ProblemOrigin _training;
    private readonly ProblemOrigin _evaluation;
    private readonly HeldOutTest _test;
    private readonly string _folder;

    /// <summary>A demonstration on problems in files.</summary>
    /// <param name="modelFolder">The model that the runs start from.</param>
    /// <param name="trainingFile">The problems to train on, without labels.</param>
    /// <param name="evaluationFile">The problems that are measured during the runs.</param>
    /// <param name="test">What is measured before and after. Its limit holds during the runs as well.</param>
    /// <param name="folder">The folder of the runs and their page; runs that are already there are resumed.</param>
    public Demonstration(
        string modelFolder, string trainingFile, string evaluationFile, HeldOutTest test, string folder)
        : this(modelFolder, new ProblemOrigin(trainingFile), new ProblemOrigin(evaluationFile), test, folder)
    {
    }

    /// <summary>A demonstration on problems that a program supplies.</summary>
    /// <param name="modelFolder">The model that the runs start from.</param>
    /// <param name="training">The problems to train on; labels are not looked at.</param>
    /// <param name="evaluation">Labeled problems that are measured during the runs.</param>
    /// <param name="test">What is measured before and after. Its limit holds during the runs as well.</param>
    /// <param name="folder">The folder of the runs and their page; runs that are already there are resumed.</param>
    public Demonstration(
        string modelFolder, IProblemSource training, IProblemSource evaluation, HeldOutTest test, string folder)
        : this(modelFolder, new ProblemOrigin(training), new ProblemOrigin(evaluation), test, folder)
    {
    }

    private Demonstration(
        string modelFolder, ProblemOrigin training, ProblemOrigin evaluation, HeldOutTest test, string folder)
    {
        _modelFolder = modelFolder;
        _training = training;
        _evaluation = evaluation;
        _test = test;
        _folder = folder;
    }

    /// <summary>The methods, in the order of their runs.</summary>
    public static IReadOnlyList<string> Methods { get; } = [Variants.GroundedVote.Name, Csrs, Majority];

    /// <summary>The page with what the runs learned and their curves.</summary>
    public string ReportFile => Path.Combine(_folder, RunFolder.Report);

    /// <summary>What runs that are resumed may be given otherwise than they began.</summary>
    public IReadOnlySet<RunAspect> AllowChanged { get; init; } = new HashSet<RunAspect>();

    /// <summary>Completes the runs, and writes the page.</summary>
    /// <param name="steps">The number of steps of each method.</param>
    /// <param name="seed">The seed of all runs.</param>
    /// <param name="observers">Creates the observers of one run, by the name of its method.</param>
    /// <param name="cancellation">Interrupts it; it can be resumed.</param>
    /// <exception cref="BadInputException">Something cannot be used, or a run in the folder is another one.</exception>
    public DemonstrationResult Complete(
        int steps,
        long seed,
        Func<string, IReadOnlyList<IRunObserver>> observers,
        CancellationToken cancellation = default)
    {
        // A file goes into the runs' config.yaml, so that retrace evolve --resume measures on it, too.
        string[] measured = _evaluation.IsFile ? [$"evaluation.data={_evaluation.Name}"] : [];
        string[] limited = _test.Limit is int limit ? [$"evaluation.limit={limit}"] : [];
        string[] settings = [$"steps={steps}", $"seed={seed}", .. measured, .. limited];
        RunConfiguration shared = ConfigurationLayers.Resolve(_modelFolder, null, settings);
        IReadOnlyList<GradedProblem> start = _test.Measure(_modelFolder, shared, cancellation).Problems;
        DemonstratedRun grounded = Evolve(Variants.GroundedVote.Name, Variants.GroundedVote.Overrides);
        DemonstratedRun csrs = Evolve(Csrs, ["method=csrs"]);
        int votes = VoteBudget.Matching(grounded.Metrics, shared.Rollout.Group);
        DemonstratedRun majority = Evolve(Majority, ["method=majority", $"rollout.vote_samples={votes}"]);

        DemonstrationResult result = new(start, [grounded, csrs, majority], ProblemKinds.Beside(_modelFolder));
        Report.Write([.. result.Runs.Select(run => RunReader.Read(FolderOf(run.Method)))], ReportFile, result.ByKind());
        return result;

        DemonstratedRun Evolve(string method, IReadOnlyList<string> overrides)
        {
            RunConfiguration configuration = ConfigurationLayers.Resolve(_modelFolder, null, [.. settings, .. overrides]);
            RunOptions run = new(_modelFolder, _training, FolderOf(method))
            {
                Configuration = configuration,
                Name = method,
                EvaluationProblems =
                    _evaluation.IsFile ? null : _evaluation.Open(
                        configuration.Data.AllowOutsideImages, configuration.Data.ImageDir),
                Observers = observers(method),
                AllowChanged = AllowChanged,
            };
            EvolutionResult evolved = EvolutionRun.Complete(run, cancellation);
            return new DemonstratedRun(
                method, evolved.Metrics, _test.Measure(evolved.Checkpoint, configuration, cancellation).Problems);
        }
    }

    private string FolderOf(string method) => Path.Combine(_folder, method);
}

/// <summary>One run of a demonstration, tested at its end.</summary>
/// <param name="Method">The name of the method.</param>
/// <param name="Metrics">The metrics of its steps.</param>
/// <param name="Test">The test of the model after the run.</param>
public sealed record DemonstratedRun(
    string Method, IReadOnlyList<StepMetrics> Metrics, IReadOnlyList<GradedProblem> Test);
