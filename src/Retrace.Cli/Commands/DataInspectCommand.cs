using System.CommandLine;
using System.Globalization;
using Retrace.Problems;
using Retrace.Training.Data;
using SkiaSharp;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace data inspect</c>: what a data set holds, and what is wrong with it.</summary>
internal static class DataInspectCommand
{
    private const int SampleLength = 300; // Characters of a question.

    public static Command Create()
    {
        Argument<string> file = new("file") { Description = "A .jsonl or .parquet file." };
        Command command = new("inspect", "Counts problems, answers, images and categories, and names what is broken.")
        {
            file,
        };
        command.SetAction(parsed => Inspect(parsed.GetRequiredValue(file), Console.Out));
        return command;
    }

    private static int Inspect(string path, TextWriter output)
    {
        ProblemSet read = ProblemSources.Open(path).Read();
        ImageCensus images = ImageCensus.Of(read.Problems);
        List<SkippedProblem> broken = [.. read.Skipped, .. images.Broken];

        output.WriteLine(path);
        Line("problems", $"{read.Problems.Count - images.Broken.Count}");
        Line("with an answer", $"{read.Answers.Count} (for measurement; training does not see them)");
        Line("skipped", $"{broken.Count}");
        Line("images", $"{images.Count}");
        if (images.Count > 0)
        {
            Line("image sizes", $"{images.Smallest} to {images.Largest} pixels");
        }
        if (read.Problems.Count > 0)
        {
            Line("question length", $"{read.Problems.Min(Length)} to {read.Problems.Max(Length)} characters");
        }
        foreach (IGrouping<string?, Problem> category in read.Problems
            .Where(problem => problem.Category is not null)
            .GroupBy(problem => problem.Category)
            .OrderByDescending(group => group.Count())
            .ThenBy(group => group.Key, StringComparer.Ordinal))
        {
            Line($"  {category.Key}", $"{category.Count()}");
        }
        if (read.Problems is [Problem first, ..])
        {
            string question = first.Question.ReplaceLineEndings(" ");
            Line("the first", question.Length > SampleLength ? question[..SampleLength] + "…" : question);
        }
        SkippedReport.Write(broken, output);
        return ExitCode.Done;

        void Line(string name, string value) => output.WriteLine($"{name,-20} {value}");

        static int Length(Problem problem) => problem.Question.Length;
    }

    /// <summary>The images of a data set by the sizes in their headers.</summary>
    private sealed record ImageCensus(int Count, string Smallest, string Largest, IReadOnlyList<SkippedProblem> Broken)
    {
        public static ImageCensus Of(IReadOnlyList<Problem> problems)
        {
            List<SKSizeI> sizes = [];
            List<SkippedProblem> broken = [];
            foreach (Problem problem in problems)
            {
                foreach (ProblemImage image in problem.Images)
                {
                    using SKData data = SKData.CreateCopy(image.ReadBytes());
                    using SKCodec? codec = SKCodec.Create(data);
                    if (codec is null)
                    {
                        string reason = $"its image {image.Name} is in no format that is read";
                        broken.Add(new SkippedProblem(problem.Id, reason));
                        break;
                    }
                    sizes.Add(codec.Info.Size);
                }
            }
            sizes.Sort((a, b) => ((long)a.Width * a.Height).CompareTo((long)b.Width * b.Height));
            return new ImageCensus(
                sizes.Count, Text(sizes.FirstOrDefault()), Text(sizes.LastOrDefault()), broken);
        }

        private static string Text(SKSizeI size) =>
            string.Create(CultureInfo.InvariantCulture, $"{size.Width}×{size.Height}");
    }
}
