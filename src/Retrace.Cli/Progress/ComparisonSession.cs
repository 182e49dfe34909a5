using System.Globalization;
using Retrace.Configuration;
using Retrace.Evaluation.Comparisons;
using Retrace.Reporting;
using Retrace.Runs;

namespace Retrace.Cli.Progress;

/// <summary>A comparison as the terminal shows it, with the files that are written along with it.</summary>
/// <param name="model">Where every run starts.</param>
/// <param name="data">The problems to train on.</param>
/// <param name="test">What the models are compared by.</param>
/// <param name="plan">Which runs there are.</param>
/// <param name="folder">Where they lie; what is there already is taken as it is.</param>
internal sealed class ComparisonSession(
    string model, string data, HeldOutTest test, ComparisonPlan plan, ComparisonFolder folder)
{
    public ComparisonFolder Folder { get; } = folder;

    /// <summary>Does what is not done yet, seed by seed; after each the tables and the page are written.</summary>
    /// <exception cref="BadInputException">Something that was given, or is in the folder, cannot be used.</exception>
    /// <exception cref="OperationCanceledException">It was interrupted, and goes on from there.</exception>
    public Comparison Run(CancellationToken cancellation)
    {
        Folder.Claim(model, data);
        List<Outcome> outcomes = [];
        Comparison? comparison = null;
        foreach (long seed in plan.Seeds)
        {
            TestResult start = test.MeasureOnce(
                Folder.TestOfStart(seed), model, plan.Shared with { Seed = seed }, cancellation);
            Tell("start", seed, start);
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
        string directory = Folder.RunOf(method, seed);
        string checkpoint = EvolutionSession.Complete(
            model, data, directory, configuration, NameOf(method, seed), cancellation);
        TestResult final = test.MeasureOnce(
            Folder.TestOf(method, seed), checkpoint, configuration, cancellation);
        Tell(method, seed, final);
        return new Outcome(method, seed, start, final, RunReader.Read(directory).Metrics);
    }

    private void Write(Comparison comparison, IReadOnlyList<Outcome> outcomes)
    {
        ComparisonTable.WriteMarkdown(comparison, Folder.Markdown);
        ComparisonTable.WriteCsv(comparison, Folder.Csv);
        // Method by method, in which order they get their colours.
        IEnumerable<RunRecord> runs = outcomes.GroupBy(outcome => outcome.Method).SelectMany(method => method)
            .Select(outcome => RunReader.Read(Folder.RunOf(outcome.Method, outcome.Seed)) with
            {
                Name = NameOf(outcome.Method, outcome.Seed),
                Variant = outcome.Method,
            });
        Report.Write([.. runs], Folder.Report);
    }

    private static void Tell(string method, long seed, TestResult tested) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{NameOf(method, seed)}  test accuracy {100 * tested.Whole.Accuracy:0.0} %"));

    private static string NameOf(string method, long seed) => $"{method}, seed {seed}";
}
