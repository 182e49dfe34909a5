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
    public IProblemSource? EvaluationProblems { get; init; }

    /// <summary>What runs that are resumed may be given otherwise than they began.</summary>
    public IReadOnlySet<RunAspect> AllowChanged { get; init; } = new HashSet<RunAspect>();

    /// <summary>Does what is not done yet, seed by seed; the tables and the page are written after each seed.</summary>
    /// <exception cref="BadInputException">One of the inputs, or something in the folder, cannot be used.</exception>
    /// <exception cref="OperationCanceledException">The work was interrupted; it can be resumed.</exception>
    public Comparison Complete(CancellationToken cancellation = default)
    {
        List<Outcome> outcomes = [];
        Comparison? comparison = null;
        foreach (long seed in _plan.Seeds)
        {
            TestResult start = _test.MeasureOnce(
                _folder.TestOfStart(seed), _modelFolder, _plan.Shared with { Seed = seed }, cancellation);
            _observer?.CompleteTest(method: null, seed, start);
            List<Outcome> sameSeed = [];
            foreach (Variant method in _plan.InOrderOfRuns)
            {
                RunConfiguration configuration = _plan.ConfigurationOf(method, seed, sameSeed);
                sameSeed.Add(Complete(method.Name, configuration, start, cancellation));
            }
            outcomes.AddRange(_plan.Methods.Select(method => sameSeed.Single(one => one.Method == method.Name)));
            comparison = new Comparison(outcomes, _plan.Baseline, ProblemKinds.Beside(_modelFolder));
            Write(comparison, outcomes);
        }
        return comparison!;
    }

    private Outcome Complete(
        string method, RunConfiguration configuration, TestResult start, CancellationToken cancellation)
    {
        long seed = configuration.Seed;
        RunOptions run = new(_modelFolder, _problems, _folder.RunOf(method, seed))
        {
            Configuration = configuration,
            Name = NameOf(method, seed),
            EvaluationProblems = EvaluationProblems,
            Observers = _observer?.ObserversOf(method, seed) ?? [],
            AllowChanged = AllowChanged,
        };
        EvolutionResult evolved = EvolutionRun.Complete(run, cancellation);
        TestResult final = _test.MeasureOnce(
            _folder.TestOf(method, seed), evolved.Checkpoint, configuration, cancellation);
        _observer?.CompleteTest(method, seed, final);
        return new Outcome(method, seed, start, final, evolved.Metrics) { Samples = VoteBudget.SamplesOf(configuration) };
    }

    private void Write(Comparison comparison, IReadOnlyList<Outcome> outcomes)
    {
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
