using System.CommandLine;
using Retrace.Geometry;
using Retrace.Pretraining;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace data make</c>: synthetic geometry problems.</summary>
internal static class DataMakeCommand
{
    private const string Lines = "jsonl";
    private const string Parquet = "parquet";

    public static Command Create()
    {
        Option<string> output = new("--output")
        {
            Description = "Folder for the files train, evaluation and test.",
            HelpName = "DIR",
            Required = true,
        };
        Option<long> seed = new("--seed") { Description = "Decides all problems.", HelpName = "N" };
        Option<int> train = Count("--train", "Problems to train on.", 512);
        Option<int> evaluation = Count("--evaluation", "Problems to watch the training with.", 200);
        Option<int> test = Count("--test", "Problems to measure the result with.", 400);
        Option<string> format = new("--format")
        {
            Description = $"Format of the files: {Lines} or {Parquet}.",
            HelpName = "NAME",
            DefaultValueFactory = _ => Lines,
        };
        Option<string> families = new("--families")
        {
            Description = $"Only these kinds of problems, of {string.Join(", ", GeometryGenerator.Families)}.",
            HelpName = "NAME,NAME",
        };
        Option<bool> rephrased = new("--rephrased")
        {
            Description = "Writes each question in other words, too, for rewards that ask it twice.",
        };
        Command command = new("make", "Generates the geometry problems; the defaults make those that ship.")
        {
            output, seed, train, evaluation, test, format, families, rephrased,
        };
        command.SetAction(parsed =>
        {
            Action<string, GeometrySelection> write = parsed.GetRequiredValue(format) switch
            {
                Lines => GeometryDataSet.Write,
                Parquet => GeometryParquet.Write,
                string other => throw new BadInputException($"--format is {other}, but must be {Lines} or {Parquet}"),
            };
            string directory = parsed.GetRequiredValue(output);
            GeometrySelection selection = new(
                parsed.GetValue(seed), parsed.GetValue(train), parsed.GetValue(evaluation), parsed.GetValue(test))
            {
                Rephrased = parsed.GetValue(rephrased),
            };
            if (parsed.GetValue(families) is string only)
            {
                selection = selection with { Families = only.Split(',', StringSplitOptions.TrimEntries) };
            }
            write(directory, selection);
            Console.WriteLine($"{directory}: {selection.Train} problems to train, {selection.Evaluation} to evaluate, "
                + $"{selection.Test} to test");
            return ExitCode.Done;
        });
        return command;
    }

    private static Option<int> Count(string name, string description, int usual) =>
        new(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => usual };
}
