using System.Text.RegularExpressions;
using Retrace.Answers;
using Retrace.Data.Published;
using Retrace.Problems;

namespace Retrace.Data.Benchmarks;

/// <summary>
/// DynaMath: ten variants of each of 501 seed questions; <see cref="WorstCaseMetric"/>. Right is the letter of a choice,
/// a number within 0.001, and else an equal text, where the authors also take a part of the label.
/// </summary>
/// <remarks>
/// Zou et al. 2024, arXiv 2411.00836; data at DynaMath/DynaMath_Sample, a file for each variant, or what the generator
/// in DynaMath/DynaMath writes, one dataset.json with its folder image for each variant. Columns: id, question,
/// decoded_image (in JSON image), ground_truth (answer), answer_type, subject, knowledge_level (level).
/// </remarks>
internal static partial class DynaMath
{
    public static Benchmark Benchmark { get; } = new(
        new PublishedSet(
            "dynamath",
            "DynaMath, ten variants",
            "Zou et al. 2024, arXiv 2411.00836",
            [
                PublishedFiles.OnHub("DynaMath/DynaMath_Sample", "data/", "sample*-of-*.parquet", count: 10),
                PublishedFiles.OnGitHub("DynaMath/DynaMath", "dataset.json", count: null),
            ],
            Records: 5010),
        ReaderOf,
        new WorstCaseMetric());

    private static Func<IDataRecord, BenchmarkItem> ReaderOf(string file)
    {
        string variant = VariantOf().Match(Path.GetFileName(file)) is { Success: true } match
            ? match.Groups["number"].Value
            : Path.GetDirectoryName(file)!;
        return record => Read(record, variant);
    }

    private static BenchmarkItem Read(IDataRecord record, string variant)
    {
        string seed = record.Key ?? record.Required("id");
        string id = $"{seed}/{variant}";
        string question = record.Required("question");
        string label = record.Text("ground_truth") ?? record.Required("answer");
        (string form, IAnswerEquivalence equivalence) = record.Text("answer_type") switch
        {
            "multiple choice" => (AnswerForm.Letter, (IAnswerEquivalence)new ChoiceEquivalence(Choices.In(question))),
            "float" => (AnswerForm.ThreeDecimals, new ToleranceEquivalence(0.001)),
            _ => (AnswerForm.Short, new MathematicalEquivalence()),
        };
        IReadOnlyList<ProblemImage> images = record.Images("decoded_image", id);
        string? subject = Spaces().Replace(record.Text("subject") ?? "", " "); // One of them has five.
        return new BenchmarkItem(
            new Problem(
                id, question + form, images.Count > 0 ? images : record.RequiredImages("image", id), subject),
            new AnswerKey(label, equivalence),
            RecordFields.Categories(
                ("subject", subject),
                ("level", record.Text("knowledge_level") ?? record.Text("level")),
                ("answer type", record.Text("answer_type"))),
            Group: seed,
            Part: variant);
    }

    [GeneratedRegex(@"^sample(?<number>\d+)-")]
    private static partial Regex VariantOf();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
