using Retrace.Configuration;
using Retrace.Data;
using Retrace.Data.Formats;
using Retrace.Reporting;
using Retrace.Runs;
using Retrace.Training.Evolution;
using Retrace.Training.Measurement;

namespace Retrace.Evaluation.Comparisons;

/// <summary>
/// Evolves a model with our own method, with CSRS as the paper sets it, and by majority voting with about as many generated
/// tokens as ours, all from the same seed.
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
    private readonly OneCallAtATime _calls = new();
    private readonly SharedMemory _memory = new();

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

    /// <summary>The methods, in the order of the results.</summary>
    public static IReadOnlyList<string> Methods { get; } = [Variants.GroundedVote.Name, Csrs, Majority];

    /// <summary>The page with what the runs learned and their curves.</summary>
    public string ReportFile => Path.Combine(_folder, RunFolder.Report);

    /// <summary>What runs that are resumed may be given otherwise than they began.</summary>
    public IReadOnlySet<RunAspect> AllowChanged { get; init; } = new HashSet<RunAspect>();

    /// <summary>Runs that go on at once: see <see cref="ComparisonRun.Parallel"/>.</summary>
    public int? Parallel { get; init; }

    /// <summary>Completes the runs, and writes the page.</summary>
    /// <param name="steps">The number of steps of each method.</param>
    /// <param name="seed">The seed of all runs.</param>
    /// <param name="observers">
    /// Creates the observers of one run, by the name of its method. They are told one thing at a time, as those of a
    /// comparison (<see cref="IComparisonObserver"/>).
    /// </param>
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
        RunConfiguration grounded = Resolve(Variants.GroundedVote.Overrides);
        RunConfiguration csrs = Resolve(["method=csrs"]);
        // Before there are tokens to count: a vote that waited for them would have to run alone.
        RunConfiguration majority =
            Resolve(["method=majority", $"rollout.vote_samples={VoteBudget.Expected(grounded)}"]);
        var pace = RunsAtOnce.Of(_modelFolder, [grounded, csrs, majority], Parallel);
        Job<IReadOnlyList<GradedProblem>> start =
            new(stop => _test.Measure(_modelFolder, pace.SettingsOf(Resolve([])), stop).Problems);
        Job<DemonstratedRun> byGroundedVote = Evolving(Variants.GroundedVote.Name, grounded);
        Job<DemonstratedRun> byCsrs = Evolving(Csrs, csrs);
        Job<DemonstratedRun> byMajority = Evolving(Majority, majority);
        // The longest first, so that the last one does not go on alone for long: CSRS generates the fewest tokens.
        pace.Complete([start, byGroundedVote, byMajority, byCsrs], cancellation);

        DemonstrationResult result = new(
            start.Result,
            [byGroundedVote.Result, byCsrs.Result, byMajority.Result],
            ProblemKinds.Beside(_modelFolder));
        Report.Write([.. result.Runs.Select(run => RunReader.Read(FolderOf(run.Method)))], ReportFile, result.ByKind());
        return result;

        RunConfiguration Resolve(IReadOnlyList<string> overrides) =>
            ConfigurationLayers.Resolve(_modelFolder, null, [.. settings, .. overrides]);

        Job<DemonstratedRun> Evolving(string method, RunConfiguration configuration) => new(stop =>
            Evolve(method, pace.SettingsOf(configuration), _calls.Observers(() => observers(method)), stop));
    }

    private DemonstratedRun Evolve(
        string method,
        RunConfiguration configuration,
        IReadOnlyList<IRunObserver> observers,
        CancellationToken cancellation)
    {
        using SharedMemory.Share memory = _memory.ForRun();
        RunOptions run = new(_modelFolder, _training, FolderOf(method))
        {
            Configuration = configuration,
            Name = method,
            EvaluationProblems =
                _evaluation.IsFile ? null : _evaluation.Open(
                    configuration.Data.AllowOutsideImages, configuration.Data.ImageDir),
            Observers = observers,
            AllowChanged = AllowChanged,
            Memory = memory,
        };
        EvolutionResult evolved = EvolutionRun.Complete(run, cancellation);
        return new DemonstratedRun(
            method, evolved.Metrics, _test.Measure(evolved.Checkpoint, configuration, cancellation).Problems);
    }

    private string FolderOf(string method) => Path.Combine(_folder, method);
}

/// <summary>One run of a demonstration, tested at its end.</summary>
/// <param name="Method">The name of the method.</param>
/// <param name="Metrics">The metrics of its steps.</param>
/// <param name="Test">The test of the model after the run.</param>
public sealed record DemonstratedRun(
    string Method, IReadOnlyList<StepMetrics> Metrics, IReadOnlyList<GradedProblem> Test);
