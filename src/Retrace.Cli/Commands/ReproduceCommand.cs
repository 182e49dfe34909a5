using System.CommandLine;
using System.Text;
using Retrace.Cli.Progress;
using Retrace.Configuration;
using Retrace.Evaluation.Comparisons;
using Retrace.Evaluation.Reproductions;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace reproduce</c>: a table, sweep or figure of the paper, with the paper's numbers beside ours.</summary>
internal static class ReproduceCommand
{
    public static Command Create()
    {
        Argument<string?> table = new("table")
        {
            Description = "What to make; --list shows what there is.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<bool> list = new("--list") { Description = "Lists tables and figures with their runs, and stops." };
        Option<string?> output = new("--output")
        {
            Description = "Folder for the runs, which tables in it share, and the tables; what is already there is kept.",
            HelpName = "DIR",
        };
        ParallelOption parallel = new();
        AllowChangedOption allowChanged = new();
        ReproductionInputs inputs = new();
        TensorCommand command = new("reproduce", "Makes a table or a figure of the paper, by default on the embedded model.")
        {
            table, list, output,
        };
        inputs.AddTo(command);
        parallel.AddTo(command);
        allowChanged.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
            if (parsed.GetValue(list))
            {
                RunConfiguration settings = inputs.SettingsToList(parsed);
                List(inputs.Seeds(parsed, settings).Length, settings);
                return Task.FromResult(ExitCode.Done);
            }
            PaperTable chosen = PaperTables.Named(parsed.GetValue(table)
                ?? throw new BadInputException("reproduce needs the name of a table; --list shows them"));
            string folder = parsed.GetValue(output)
                ?? throw new BadInputException("reproduce needs --output, a folder for the runs and the table");
            ReproductionStart start = inputs.Start(parsed);
            ComparisonPlan plan = Reproduction.PlanOf(
                chosen, inputs.Seeds(parsed, start.Resolve([])), start.Resolve);
            Reproduction reproduction = new(chosen, start.Model, start.Data, start.Tests, folder)
            {
                Observer = new ComparisonLines(),
                AllowChanged = allowChanged.In(parsed),
                Parallel = parallel.In(parsed),
            };
            Console.WriteLine($"{chosen.Name}: {Cost(chosen, plan.Seeds.Count, plan.Shared)}");
            try
            {
                Show(reproduction.Complete(plan, cancellation), reproduction);
            }
            catch (OperationCanceledException)
            {
                Console.WriteLine("the same command continues from here");
                throw;
            }
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static void List(int seeds, RunConfiguration settings)
    {
        int longest = PaperTables.All.Max(table => table.Name.Length);
        foreach (PaperTable table in PaperTables.All)
        {
            string trainedOn = table.TrainedOn.Length > 0 ? $"; the paper trained on {table.TrainedOn}" : "";
            Console.WriteLine($"{table.Name.PadRight(longest)}  {Cost(table, seeds, settings)}: {table.Title}{trainedOn}");
        }
        int different = PaperTables.All.SelectMany(table => table.Variants).Select(run => run.Name).Distinct().Count();
        Console.WriteLine($"tables in one --output share runs: all of them take {different * seeds}");
    }

    private static string Cost(PaperTable table, int seeds, RunConfiguration settings)
    {
        int methods = table.Variants.Count;
        string length = settings.Epochs is double epochs
            ? FormattableString.Invariant($"{epochs} epochs")
            : $"{settings.Steps} steps";
        return $"{methods * seeds} runs ({methods} methods, {seeds} {(seeds == 1 ? "seed" : "seeds")}) of {length}";
    }

    private static void Show(ReproducedTable reproduced, Reproduction reproduction)
    {
        Console.WriteLine();
        TextTable.Write(Console.Out, reproduced.Heading(), reproduced.Rows());
        Console.WriteLine();
        foreach (string sentence in reproduced.Verdicts())
        {
            Console.WriteLine(sentence);
        }
        Console.WriteLine(reproduced.Note());
        Console.WriteLine($"the table is in {reproduction.Markdown} and {reproduction.Csv}");
        Console.WriteLine($"the curves and figures are in {reproduction.Output}");
    }
}
