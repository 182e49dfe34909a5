using Retrace.Configuration;
using Retrace.Reporting;
using Retrace.Runs;
using Retrace.Training.Evolution;

namespace Retrace.Evaluation.Comparisons;

/// <summary>Carries out a comparison: its runs, their tests, and the table and the page about them.</summary>
/// <param name="modelFolder">The model that every run starts from.</param>
/// <param name="dataFile">The problems to train on.</param>
/// <param name="test">The test that compares the models.</param>
/// <param name="plan">The runs to carry out.</param>
/// <param name="folder">The folder of the comparison; what is already there is kept.</param>
/// <param name="observer">Receives the progress; may be null.</param>
public sealed class ComparisonRun(
    string modelFolder,
    string dataFile,
    HeldOutTest test,
    ComparisonPlan plan,
    ComparisonFolder folder,
    IComparisonObserver? observer = null)
{
    /// <summary>What runs that are resumed may be given otherwise than they began.</summary>
    public IReadOnlySet<RunAspect> AllowChanged { get; init; } = new HashSet<RunAspect>();

    /// <summary>Does what is not done yet, seed by seed; the tables and the page are written after each seed.</summary>
    /// <exception cref="BadInputException">One of the inputs, or something in the folder, cannot be used.</exception>
    /// <exception cref="OperationCanceledException">The work was interrupted; it can be resumed.</exception>
    public Comparison Complete(CancellationToken cancellation = default)
    {
        folder.Claim(modelFolder, dataFile);
        List<Outcome> outcomes = [];
        Comparison? comparison = null;
        foreach (long seed in plan.Seeds)
        {
            TestResult start = test.MeasureOnce(
                folder.TestOfStart(seed), modelFolder, plan.Shared with { Seed = seed }, cancellation);
            observer?.CompleteTest(method: null, seed, start);
            List<Outcome> sameSeed = [];
            foreach (Variant method in plan.InOrderOfRuns)
            {
                RunConfiguration configuration = plan.ConfigurationOf(method, seed, sameSeed);
                sameSeed.Add(Complete(method.Name, configuration, start, cancellation));
            }
            outcomes.AddRange(plan.Methods.Select(method => sameSeed.Single(one => one.Method == method.Name)));
            comparison = new Comparison(outcomes, plan.Baseline);
            Write(comparison, outcomes);
        }
        return comparison!;
    }

    private Outcome Complete(
        string method, RunConfiguration configuration, TestResult start, CancellationToken cancellation)
    {
        long seed = configuration.Seed;
        RunOptions run = new(modelFolder, dataFile, folder.RunOf(method, seed))
        {
            Configuration = configuration,
            Name = NameOf(method, seed),
            Observers = observer?.ObserversOf(method, seed) ?? [],
            AllowChanged = AllowChanged,
        };
        EvolutionResult evolved = EvolutionRun.Complete(run, cancellation);
        TestResult final = test.MeasureOnce(
            folder.TestOf(method, seed), evolved.Checkpoint, configuration, cancellation);
        observer?.CompleteTest(method, seed, final);
        return new Outcome(method, seed, start, final, evolved.Metrics);
    }

    private void Write(Comparison comparison, IReadOnlyList<Outcome> outcomes)
    {
        ComparisonTable.WriteMarkdown(comparison, folder.Markdown);
        ComparisonTable.WriteCsv(comparison, folder.Csv);
        // Method by method, in which order they get their colours.
        IEnumerable<RunRecord> runs = outcomes.GroupBy(outcome => outcome.Method).SelectMany(method => method)
            .Select(outcome => RunReader.Read(folder.RunOf(outcome.Method, outcome.Seed)) with
            {
                Name = NameOf(outcome.Method, outcome.Seed),
                Variant = outcome.Method,
            });
        Report.Write([.. runs], folder.Report);
    }

    private static string NameOf(string method, long seed) => $"{method}, seed {seed}";
}
