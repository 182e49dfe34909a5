using System.CommandLine;
using Retrace.Cli.Progress;
using Retrace.Data;
using Retrace.Data.Formats;
using Retrace.Data.Json;
using Retrace.Data.Parquet;
using Retrace.Problems;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace data convert</c>: Parquet to JSON lines and back.</summary>
internal static class DataConvertCommand
{
    public static Command Create()
    {
        Argument<string> input = new("input")
        {
            Description = "A .jsonl, .json or .parquet file, or a folder of train*.parquet.",
        };
        Argument<string> output = new("output") { Description = "The .jsonl or .parquet file to write." };
        Option<string?> images = ImageFolderOption.Create();
        Command command = new("convert", "Converts problems between JSON lines and Parquet.") { input, output, images };
        command.SetAction(parsed => Convert(
            parsed.GetRequiredValue(input), parsed.GetRequiredValue(output), parsed.GetValue(images)));
        return command;
    }

    private static int Convert(string input, string output, string? images)
    {
        Action<ProblemSet, string> write = Path.GetExtension(output).ToLowerInvariant() switch
        {
            ".jsonl" => JsonLinesWriter.Write,
            ".parquet" => ParquetProblemWriter.Write,
            _ => throw new BadInputException($"{output}: problems are written to .jsonl and .parquet files"),
        };
        ProblemSet problems = ProblemSources.Open(input, imageFolder: images).Read();
        if (problems.Problems.Count == 0)
        {
            string reason = problems.Skipped is [var first, ..] ? $": {first.Id}, for one, because {first.Reason}" : "";
            throw new BadInputException($"{input} holds no problem that can be converted{reason}");
        }
        write(problems, output);
        Console.WriteLine($"{output}: {problems.Problems.Count} problems, {problems.Answers.Count} with an answer");
        SkippedReport.Write(problems.Skipped, Console.Error);
        SkippedReport.WriteUnusedAnswers(problems.UnusedAnswers, Console.Error);
        return ExitCode.Done;
    }
}
