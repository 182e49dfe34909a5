using System.CommandLine;
using System.Globalization;
using System.Text;
using Retrace.Cli.Progress;
using Retrace.Configuration;
using Retrace.Data;
using Retrace.Data.Benchmarks;
using Retrace.Data.Formats;
using Retrace.Data.Inspection;
using Retrace.Models;
using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.Models.Text;
using Retrace.Problems;
using Retrace.Training.Prompts;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace data inspect</c>: what a data set holds, and what is wrong with it.</summary>
internal static class DataInspectCommand
{
    private const int SampleLength = 300; // Characters of a question.
    private const int Examples = 3;

    public static Command Create()
    {
        Argument<string> file = new("file") { Description = "A .jsonl, .json or .parquet file, or a folder of a data set." };
        Option<string?> benchmark = new("--benchmark")
        {
            Description = "Reads the file or folder as this benchmark.",
            HelpName = "NAME",
        };
        Option<string?> model = new("--model")
        {
            Description = "Folder of the model whose tokens lengths are counted in; by default the one that ships.",
            HelpName = "DIR",
        };
        Option<string?> against = new("--against")
        {
            Description = "Another data set: names problems and images that are in both.",
            HelpName = "FILE",
        };
        Option<string?> sheet = new("--sheet")
        {
            Description = "PNG file for some of the images, beside each other.",
            HelpName = "FILE",
        };
        Option<string?> images = ImageFolderOption.Create();
        Command command = new(
            "inspect", "Shows schema, counts, lengths, image sizes, duplicates and leaks, and names what is broken.")
        {
            file, benchmark, model, against, sheet, images,
        };
        command.SetAction((parsed, cancellation) =>
        {
            string path = parsed.GetRequiredValue(file);
            string? name = parsed.GetValue(benchmark);
            ProblemSet read = Read(path, name, parsed.GetValue(images));
            Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
            Inspection inspection = new(Console.Out);
            inspection.Schema(path, name);
            inspection.Contents(read, cancellation);
            inspection.Lengths(read, parsed.GetValue(model), cancellation);
            inspection.Duplicates();
            if (parsed.GetValue(against) is string other)
            {
                inspection.Leaks(other, cancellation);
            }
            if (parsed.GetValue(sheet) is string png)
            {
                int shown = ContactSheet.Write(inspection.Whole(read), png);
                inspection.Line("contact sheet", $"{png}, {shown} images");
            }
            inspection.Skipped();
            SkippedReport.WriteUnusedAnswers(read.UnusedAnswers, Console.Out);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private static ProblemSet Read(string path, string? benchmark, string? images) => benchmark is null
        ? ProblemSources.Open(path, imageFolder: images).Read()
        : BenchmarkCatalogue.Named(benchmark).Read(path).Problems;

    /// <summary>Prints one section after another, each computed when it is printed.</summary>
    private sealed class Inspection(TextWriter output)
    {
        private IReadOnlyList<ProblemFingerprint> _whole = [];
        private IReadOnlyList<SkippedProblem> _skipped = [];

        public void Line(string name, string value) => output.WriteLine($"{name,-20} {value}");

        public void Schema(string path, string? benchmark)
        {
            output.WriteLine(path);
            IReadOnlyList<string> files = benchmark is null
                ? ProblemSources.FilesAt(path)
                : BenchmarkCatalogue.Named(benchmark).Published.FilesAt(path);
            DataSchema schema = DataSchema.Of(files[0]);
            Line("schema", files.Count == 1 ? schema.Size : $"{schema.Size} in the first of {files.Count} files");
            foreach ((string name, string kind) in schema.Fields)
            {
                Line($"  {name}", benchmark is null && !DataSchema.IsRead(name) ? $"{kind}; not read" : kind);
            }
        }

        public void Contents(ProblemSet read, CancellationToken cancellation)
        {
            (_whole, IReadOnlyList<SkippedProblem> broken) = ProblemFingerprint.Of(read.Problems, cancellation);
            _skipped = [.. read.Skipped, .. broken];
            ImageFingerprint[] images = [.. _whole.SelectMany(problem => problem.Images)];
            Line("problems", $"{_whole.Count}");
            Line("with an answer", $"{read.Answers.Count} (for measurement; training does not see them)");
            Line("skipped", $"{_skipped.Count}");
            Line("images", $"{images.Length}");
            if (images.Length > 0)
            {
                Line("image formats", string.Join(", ", images.CountBy(image => image.MediaType)
                    .OrderByDescending(pair => pair.Value)
                    .Select(pair => $"{pair.Key} {pair.Value}")));
                ImageFingerprint[] sorted = [.. images.OrderBy(image => (long)image.Width * image.Height)];
                Line("image sizes", $"{Size(sorted[0])} to {Size(sorted[^1])} pixels");
                Line("image width", Text(Spread.Of(images.Select(image => (long)image.Width)), "pixels"));
                Line("image height", Text(Spread.Of(images.Select(image => (long)image.Height)), "pixels"));
            }
            foreach ((string category, int count) in read.Problems
                .Where(problem => problem.Category is not null)
                .CountBy(problem => problem.Category!)
                .OrderByDescending(pair => pair.Value)
                .ThenBy(pair => pair.Key, StringComparer.Ordinal))
            {
                Line($"  {category}", $"{count}");
            }
            if (read.Problems is [Problem first, ..])
            {
                string question = first.Question.ReplaceLineEndings(" ");
                Line("the first", question.Length > SampleLength ? question[..SampleLength] + "…" : question);
            }
        }

        public void Lengths(ProblemSet read, string? model, CancellationToken cancellation)
        {
            IReadOnlyList<Problem> problems = Whole(read);
            if (problems.Count == 0)
            {
                return;
            }
            string folder = model ?? ShippedFiles.Find().Model;
            ModelConfig config = ModelFamilies.LoadConfig(folder);
            Tokenizer tokenizer = config.Family.LoadTokenizer(folder);
            ProblemPreparation preparation = new(
                () => tokenizer,
                new ImageProcessor(config.Family.LoadImages(folder)),
                config,
                new DataSettings { Instruction = "" });
            var found = new (PromptSize Size, string? Fault)[problems.Count];
            Parallel.For(0, found.Length, new ParallelOptions { CancellationToken = cancellation }, i =>
                found[i] = SizeOf(problems[i], preparation));
            _skipped =
            [
                .. _skipped,
                .. found.Zip(problems).Where(pair => pair.First.Fault is not null)
                    .Select(pair => new SkippedProblem(pair.Second.Id, pair.First.Fault!)),
            ];
            PromptSize[] sizes = [.. found.Where(one => one.Fault is null).Select(one => one.Size)];
            if (sizes.Length == 0)
            {
                return;
            }
            string named = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));
            Line("question length", Text(Spread.Of(problems.Select(one => (long)one.Question.Length)), "characters"));
            Line("prompt length", Text(Spread.Of(sizes.Select(size => (long)size.Tokens)), $"tokens of {named}"));
            Line("  of images", Text(Spread.Of(sizes.Select(size => (long)size.ImageTokens)), "tokens"));
        }

        public void Duplicates()
        {
            var overlap = Overlap.Within(_whole);
            Line("repeated images", Text(overlap.SameImage));
            Line("similar images", Text(overlap.SimilarImage));
            Line("  and the question", Text(overlap.SameProblem));
        }

        public void Leaks(string path, CancellationToken cancellation)
        {
            (IReadOnlyList<ProblemFingerprint> others, _) =
                ProblemFingerprint.Of(ProblemSources.Open(path).Read().Problems, cancellation);
            var overlap = Overlap.Between(_whole, others);
            output.WriteLine($"also in {path}");
            Line("  the same image", Text(overlap.SameImage));
            Line("  a similar image", Text(overlap.SimilarImage));
            Line("  and the question", Text(overlap.SameProblem));
        }

        public void Skipped() => SkippedReport.Write(_skipped, output);

        /// <summary>The problems of which every image can be decoded.</summary>
        public IReadOnlyList<Problem> Whole(ProblemSet read)
        {
            HashSet<string> ids = [.. _whole.Select(problem => problem.Id)];
            return [.. read.Problems.Where(problem => ids.Contains(problem.Id))];
        }

        private static (PromptSize Size, string? Fault) SizeOf(Problem problem, ProblemPreparation preparation)
        {
            try
            {
                return (preparation.SizeOf(problem), null);
            }
            catch (BadInputException error)
            {
                return (default, error.Message);
            }
        }

        private static string Size(ImageFingerprint image) =>
            string.Create(CultureInfo.InvariantCulture, $"{image.Width}×{image.Height}");

        private static string Text(Spread spread, string unit) => string.Create(
            CultureInfo.InvariantCulture,
            $"{spread.Smallest} to {spread.Largest} {unit}, half to {spread.Median}, 95 % to {spread.NinetyFifth}");

        private static string Text(IReadOnlyList<(string Id, string Other)> pairs) => pairs.Count == 0
            ? "none"
            : $"{pairs.Count}, such as "
                + string.Join(", ", pairs.Take(Examples).Select(pair => $"{pair.Id} (as in {pair.Other})"));
    }
}
