using System.CommandLine;
using System.Globalization;
using Retrace.Cli.Progress;
using Retrace.Evaluation;
using Retrace.Evaluation.Comparisons;
using Retrace.Reporting.Content;
using Retrace.Runs;
using Retrace.Statistics;
using Retrace.Training.Measurement;
using Spectre.Console;

namespace Retrace.Cli.Commands;

/// <summary>
/// <c>retrace demo</c>: the main job on what ships. The embedded model evolves on the embedded problems with our method,
/// with CSRS as in the paper and by majority voting, from the same seed.
/// </summary>
internal static class DemoCommand
{
    private const int TestSamples = 4;
    private const int ShownSteps = 5; // Of a step's noisy numbers the table shows means over so many.

    public static Command Create()
    {
        Option<int> steps = new("--steps")
        {
            Description = "Steps of each method.",
            HelpName = "N",
            DefaultValueFactory = _ => 30,
        };
        Option<long> seed = new("--seed") { Description = "The seed of all methods.", HelpName = "N" };
        Option<string> output = new("--output")
        {
            Description = "Folder for the runs and report.html; existing runs are resumed.",
            HelpName = "DIR",
            DefaultValueFactory = _ => "demo-run",
        };
        Option<int?> limit = new("--limit")
        {
            Description = "Measures before, during and after the runs on the first problems alone.",
            HelpName = "N",
        };
        ParallelOption parallel = new();
        AllowChangedOption allowChanged = new();
        TensorCommand command = new(
            "demo", "Evolves the embedded model on the embedded problems: with our method, the paper's, and by majority.")
        {
            steps, seed, output, limit,
        };
        parallel.AddTo(command);
        allowChanged.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            Run(
                parsed.GetValue(steps),
                parsed.GetValue(seed),
                parsed.GetRequiredValue(output),
                parsed.GetValue(limit) is int given ? WholeNumber.AtLeastOne("--limit", given) : null,
                parallel.In(parsed),
                allowChanged.In(parsed),
                cancellation);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static void Run(
        int steps,
        long seed,
        string directory,
        int? limit,
        int? parallel,
        IReadOnlySet<RunAspect> allowChanged,
        CancellationToken cancellation)
    {
        var shipped = ShippedFiles.Find();
        Console.WriteLine($"{shipped.Model} evolves on {shipped.TrainingProblems}, without labels");
        Demonstration demonstration = new(
            shipped.Model,
            shipped.TrainingProblems,
            shipped.EvaluationProblems,
            new HeldOutTest(shipped.TestProblems, TestSamples, limit),
            directory)
        {
            Parallel = parallel,
            AllowChanged = allowChanged,
        };
        DemonstrationResult result;
        using (DemoTable? table = TerminalObservers.IsTerminal ? new DemoTable(Demonstration.Methods) : null)
        {
            result = demonstration.Complete(
                steps, seed, method => TerminalObservers.ForDemonstration(table, method), cancellation);
        }
        WriteKinds(result);
        WriteMethods(result);
        Console.WriteLine($"the curves are in {demonstration.ReportFile}");
    }

    private static void WriteKinds(DemonstrationResult result)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .Title($"Right answers to {result.Start.Count} test problems, {TestSamples} samples each, in percent")
            .AddColumn(new TableColumn("what tempts").NoWrap())
            .AddColumns(["problems", "before", .. result.Runs.Select(run => run.Method)]);
        if (result.ByKind() is AccuracyByKind measured)
        {
            foreach ((int row, (string kind, IReadOnlyList<GradedProblem> problems)) in result.KindsOf(result.Start).Index())
            {
                AddRow(kind, problems.Count, measured.Before[row], measured.After.Select(after => after.Accuracies[row]));
            }
        }
        AddRow("all", result.Start.Count, Accuracy(result.Start), result.Runs.Select(run => Accuracy(run.Test)));
        AnsiConsole.Write(table);

        void AddRow(string kind, int problems, double before, IEnumerable<double> after) =>
            table.AddRow([kind, $"{problems}", Percent(before), .. after.Select(Percent)]);
    }

    private static void WriteMethods(DemonstrationResult result)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumn(new TableColumn("").NoWrap())
            .AddColumns("accuracy", "change", "high confidence", "entropy", "tokens generated");
        table.AddRow("before", Percent(Accuracy(result.Start)), "", "", "", "");
        foreach (DemonstratedRun run in result.Runs)
        {
            PairedDifference change = PairedDifference.Of(
                [.. result.Start.Select(problem => problem.RightShare)], [.. run.Test.Select(problem => problem.RightShare)]);
            table.AddRow(
                run.Method,
                Percent(Accuracy(run.Test)),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{100 * change.Mean:+0.0;-0.0} "
                    + $"({100 * change.Lower:+0.0;-0.0} to {100 * change.Upper:+0.0;-0.0})"),
                FromTo(run, step => 100 * step.HighConfidenceShare, "0", " %"),
                FromTo(run, step => step.Entropy, "0.000", " nats"),
                run.Metrics.Sum(step => (step.MaternalTokens ?? 0) + (step.RetracedTokens ?? 0))
                    .ToString("N0", CultureInfo.InvariantCulture));
        }
        AnsiConsole.Write(table);
        Console.WriteLine(
            "change: points of accuracy, paired by problem, with its 95 % interval; high confidence and entropy: "
            + $"training batches, mean of the first and of the last {ShownSteps} steps");
        Console.WriteLine(
            $"{Variants.GroundedVote.Name} is our method, csrs the paper's, and majority learns from the most frequent of so many "
            + "answers that it generates about as many tokens as ours");
    }

    private static double Accuracy(IReadOnlyList<GradedProblem> test) => test.Average(problem => problem.RightShare);

    private static string Percent(double share) =>
        string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");

    private static string FromTo(DemonstratedRun run, Func<StepMetrics, double?> read, string format, string unit)
    {
        double[] values = [.. run.Metrics.Select(read).OfType<double>()];
        string first = values.Take(ShownSteps).Average().ToString(format, CultureInfo.InvariantCulture);
        string last = values.TakeLast(ShownSteps).Average().ToString(format, CultureInfo.InvariantCulture);
        return $"{first} → {last}{unit}";
    }
}
