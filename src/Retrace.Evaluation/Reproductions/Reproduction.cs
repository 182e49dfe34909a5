using Retrace.Configuration;
using Retrace.Evaluation.Comparisons;
using Retrace.Reporting;
using Retrace.Runs;

namespace Retrace.Evaluation.Reproductions;

/// <summary>Makes one of the paper's tables: its runs, their tests, the table beside the paper's, and its figures.</summary>
/// <remarks>
/// It is a comparison with a plan that is given, once for each test. What is done is not done again, and tables in one
/// folder share the runs that they have in common.
/// </remarks>
/// <param name="table">The table to make.</param>
/// <param name="modelFolder">The model that every run starts from.</param>
/// <param name="dataFile">The problems to train on.</param>
/// <param name="tests">The tests of all models, at least one: by the name of a benchmark, or null for other problems.</param>
/// <param name="folder">The folder of the runs; the table is in a folder of its name below it.</param>
public sealed class Reproduction(
    PaperTable table,
    string modelFolder,
    string dataFile,
    IReadOnlyList<(string? Benchmark, HeldOutTest Test)> tests,
    string folder)
{
    // The steps at which the paper shows the answers of both rounds (fig. 4).
    private static readonly int[] AnswerSteps = [20, 60, 100];

    /// <summary>Receives the progress; null: nobody.</summary>
    public IComparisonObserver? Observer { get; init; }

    /// <summary>What runs that are resumed may be given otherwise than they began.</summary>
    public IReadOnlySet<RunAspect> AllowChanged { get; init; } = new HashSet<RunAspect>();

    /// <summary>Runs that go on at once: see <see cref="ComparisonRun.Parallel"/>.</summary>
    public int? Parallel { get; init; }

    /// <summary>The folder of the table, its page and its figures.</summary>
    public string Output => Path.Combine(folder, table.Name);

    /// <summary>The table as Markdown.</summary>
    public string Markdown => Path.Combine(Output, "table.md");

    /// <summary>The table's numbers as CSV.</summary>
    public string Csv => Path.Combine(Output, "table.csv");

    /// <summary>Resolves the runs of a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="seeds">At least one.</param>
    /// <param name="resolve">
    /// Resolves a configuration from overrides, which take precedence over all other settings.
    /// </param>
    /// <exception cref="BadInputException">
    /// A run cannot be resolved, or the settings take away what tells two of the rows apart.
    /// </exception>
    public static ComparisonPlan PlanOf(
        PaperTable table, IReadOnlyList<long> seeds, Func<IReadOnlyList<string>, RunConfiguration> resolve)
    {
        var plan = ComparisonPlan.Of(table.Variants, seeds, table.Baseline, resolve);
        var alike = table.Variants.Where(variant => variant.BudgetOf is null)
            .GroupBy(variant => plan.ConfigurationOf(variant, seeds[0], []))
            .FirstOrDefault(same => same.Count() > 1);
        return alike is null
            ? plan
            : throw new BadInputException(
                $"{table.Name}: under these settings {string.Join(" and ", alike.Select(variant => variant.Name))} are the same "
                + "run; leave out what --config or --set says of retrace and reward");
    }

    /// <summary>Does what is not done yet, and writes the table and its figures.</summary>
    /// <param name="plan">The runs, as <see cref="PlanOf"/> resolves them.</param>
    /// <param name="cancellation">Interrupts it; it can be resumed.</param>
    /// <exception cref="BadInputException">One of the inputs, or something in the folder, cannot be used.</exception>
    /// <exception cref="OperationCanceledException">The work was interrupted; it can be resumed.</exception>
    public ReproducedTable Complete(ComparisonPlan plan, CancellationToken cancellation = default)
    {
        ComparisonFolder runs = new(folder) { Tables = Output };
        ReproducedTable reproduced = new(
            table,
            [
                .. tests.Select(test => new TestedComparison(
                    test.Benchmark,
                    test.Test.Data,
                    new ComparisonRun(modelFolder, dataFile, test.Test, plan, runs with { Test = test.Benchmark }, Observer)
                    {
                        AllowChanged = AllowChanged,
                        Parallel = Parallel,
                    }.Complete(cancellation))),
            ]);
        reproduced.WriteMarkdown(Markdown);
        reproduced.WriteCsv(Csv);
        if (table.Figures.Count > 0)
        {
            Report.WriteFigures(
                [
                    .. plan.Methods.SelectMany(method => plan.Seeds.Select(seed =>
                        RunReader.Read(runs.RunOf(method.Name, seed)) with
                        {
                            Name = $"{method.Name}, seed {seed}",
                            Variant = method.Name,
                        })),
                ],
                Output,
                new FigureChoice(table.Figures) { AnswerSteps = AnswerSteps });
        }
        return reproduced;
    }
}
