using Retrace.Configuration;
using Retrace.Data;
using Retrace.Data.Formats;
using Retrace.Reporting;
using Retrace.Reporting.Content;
using Retrace.Runs;
using Retrace.Training.Evolution;

namespace Retrace.Evaluation.Comparisons;

/// <summary>Carries out a comparison: its runs, their tests, and the table and the page about them.</summary>
public sealed class ComparisonRun
{
    private readonly string _modelFolder;
    private readonly ProblemOrigin _problems;
    private readonly HeldOutTest _test;
    private readonly ComparisonPlan _plan;
    private readonly ComparisonFolder _folder;
    private readonly IComparisonObserver? _observer;
    private readonly IProblemSource? _measured;
    private readonly OneCallAtATime _calls = new();
    private readonly SharedMemory _memory = new();

    /// <summary>A comparison of models trained on the problems in a file or folder.</summary>
    /// <param name="modelFolder">The model that every run starts from.</param>
    /// <param name="dataFile">The problems to train on.</param>
    /// <param name="test">The test that compares the models.</param>
    /// <param name="plan">The runs to carry out.</param>
    /// <param name="folder">The folder of the comparison; what is already there is kept.</param>
    /// <param name="observer">Receives the progress; may be null.</param>
    public ComparisonRun(
        string modelFolder,
        string dataFile,
        HeldOutTest test,
        ComparisonPlan plan,
        ComparisonFolder folder,
        IComparisonObserver? observer = null)
        : this(modelFolder, new ProblemOrigin(dataFile), test, plan, folder, observer)
    {
    }

    /// <summary>A comparison of models trained on problems that a program supplies.</summary>
    /// <param name="problems">The problems to train on. A folder goes on with the same problems alone, whatever their source is called.</param>
    /// <inheritdoc cref="ComparisonRun(string, string, HeldOutTest, ComparisonPlan, ComparisonFolder, IComparisonObserver)"/>
    public ComparisonRun(
        string modelFolder,
        IProblemSource problems,
        HeldOutTest test,
        ComparisonPlan plan,
        ComparisonFolder folder,
        IComparisonObserver? observer = null)
        : this(modelFolder, new ProblemOrigin(problems), test, plan, folder, observer)
    {
    }

    private ComparisonRun(
        string modelFolder,
        ProblemOrigin problems,
        HeldOutTest test,
        ComparisonPlan plan,
        ComparisonFolder folder,
        IComparisonObserver? observer)
    {
        _modelFolder = modelFolder;
        _problems = problems;
        _test = test;
        _plan = plan;
        _folder = folder;
        _observer = observer;
    }

    /// <summary>
    /// Labeled problems to measure on during the runs, in place of those that <c>evaluation.data</c> names.
    /// </summary>
    public IProblemSource? EvaluationProblems
    {
        get => _measured;
        init => _measured = value is null ? null : new OneReaderAtATime(value);
    }

    /// <summary>What runs that are resumed may be given otherwise than they began.</summary>
    public IReadOnlySet<RunAspect> AllowChanged { get; init; } = new HashSet<RunAspect>();

    /// <summary>
    /// Runs that go on at once, at least 1. Null: as many as there are cores for, where a model of up to 50 million weights
    /// takes one thread a run, and any other all of them; one on a GPU, with servers, and where seconds are compared. A run
    /// that has no room in memory beside the others waits.
    /// </summary>
    public int? Parallel { get; init; }

    /// <summary>
    /// Does what is not done yet; the tables and the page are written after each seed. The results are the same however
    /// many runs go on at once, but for seconds and memory.
    /// </summary>
    /// <exception cref="BadInputException">One of the inputs, or something in the folder, cannot be used.</exception>
    /// <exception cref="OperationCanceledException">The work was interrupted; it can be resumed.</exception>
    public Comparison Complete(CancellationToken cancellation = default)
    {
        var pace = RunsAtOnce.Of(_modelFolder, _plan.Configurations, Parallel, _plan.ComparesSeconds);
        List<Job> jobs = [];
        Job<Comparison>? latest = null;
        List<Outcome> outcomes = []; // Of the seeds that are done, in their order.
        foreach (long seed in _plan.Seeds)
        {
            Job<TestResult> start = new(stop => TestStart(pace.SettingsOf(_plan.Shared with { Seed = seed }), stop));
            Dictionary<string, Job<Outcome>> runs = [];
            foreach (Variant method in _plan.InOrderOfRuns)
            {
                Job<Outcome>[] needed = [.. ComparisonPlan.NeededBy(method).Select(name => runs[name])];
                runs.Add(method.Name, new Job<Outcome>(
                    stop => Complete(
                        method.Name,
                        pace.SettingsOf(_plan.ConfigurationOf(method, seed, needed.Select(run => run.Result))),
                        start.Result,
                        stop),
                    [start, .. needed]));
            }
            IEnumerable<Job> before = latest is null ? runs.Values : runs.Values.Append<Job>(latest);
            latest = new Job<Comparison>(
                _ =>
                {
                    outcomes.AddRange(_plan.Methods.Select(method => runs[method.Name].Result));
                    return Write(outcomes);
                },
                before);
            jobs.AddRange([start, .. runs.Values, latest]);
        }
        pace.Complete(jobs, cancellation);
        return latest!.Result;
    }

    private TestResult TestStart(RunConfiguration configuration, CancellationToken cancellation)
    {
        long seed = configuration.Seed;
        TestResult start = _test.MeasureOnce(_folder.TestOfStart(seed), _modelFolder, configuration, cancellation);
        _calls.Tell(() => _observer?.CompleteTest(method: null, seed, start));
        return start;
    }

    private Outcome Complete(
        string method, RunConfiguration configuration, TestResult start, CancellationToken cancellation)
    {
        long seed = configuration.Seed;
        using SharedMemory.Share memory = _memory.ForRun();
        RunOptions run = new(_modelFolder, _problems, _folder.RunOf(method, seed))
        {
            Configuration = configuration,
            Name = NameOf(method, seed),
            EvaluationProblems = _measured,
            Observers = _calls.Observers(() => _observer?.ObserversOf(method, seed) ?? []),
            AllowChanged = AllowChanged,
            Memory = memory,
        };
        EvolutionResult evolved = EvolutionRun.Complete(run, cancellation);
        TestResult final = _test.MeasureOnce(
            _folder.TestOf(method, seed), evolved.Checkpoint, configuration, cancellation);
        _calls.Tell(() => _observer?.CompleteTest(method, seed, final));
        return new Outcome(method, seed, start, final, evolved.Metrics) { Samples = VoteBudget.SamplesOf(configuration) };
    }

    private Comparison Write(IReadOnlyList<Outcome> outcomes)
    {
        Comparison comparison = new(outcomes, _plan.Baseline, ProblemKinds.Beside(_modelFolder));
        ComparisonTable.WriteMarkdown(comparison, _folder.Markdown);
        ComparisonTable.WriteCsv(comparison, _folder.Csv);
        // Method by method, in which order they get their colours.
        IEnumerable<RunRecord> runs = outcomes.GroupBy(outcome => outcome.Method).SelectMany(method => method)
            .Select(outcome => RunReader.Read(_folder.RunOf(outcome.Method, outcome.Seed)) with
            {
                Name = NameOf(outcome.Method, outcome.Seed),
                Variant = outcome.Method,
            });
        Report.Write([.. runs], _folder.Report, OpeningOf(comparison));
        return comparison;
    }

    private static AccuracyByKind? OpeningOf(Comparison comparison) => comparison.Kinds.Count == 0
        ? null
        : new AccuracyByKind(
            [.. comparison.Kinds.Select(kind => kind.Kind)],
            [.. comparison.Kinds.Select(kind => kind.Start.Mean)],
            [.. comparison.Methods.Select((method, i) =>
                (method.Method, (IReadOnlyList<double>)[.. comparison.Kinds.Select(kind => kind.Methods[i].Mean)]))]);

    private static string NameOf(string method, long seed) => $"{method}, seed {seed}";
}
