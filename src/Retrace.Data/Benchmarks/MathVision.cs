using Retrace.Answers;
using Retrace.Data.Published;
using Retrace.Problems;

namespace Retrace.Data.Benchmarks;

/// <summary>
/// MATH-Vision: competition problems of 16 subjects and 5 levels. Right is the letter of the choice or its text; without
/// choices, an equal number after rounding to two decimals, as in the authors' evaluation/utils.py.
/// </summary>
/// <remarks>
/// Wang et al. 2024, arXiv 2402.14804; data at MathLLMs/MathVision, or data/test.jsonl with the folder images beside
/// data in mathllm/MATH-V. Columns: id, question, options, decoded_image (in JSON image), answer, level, subject. The
/// split testmini is read where its file is named.
/// </remarks>
internal static class MathVision
{
    public static Benchmark Benchmark { get; } = new(
        new PublishedSet(
            "mathvision",
            "MATH-Vision, test",
            "Wang et al. 2024, arXiv 2402.14804",
            [
                PublishedFiles.OnHub("MathLLMs/MathVision", "data/", "test-*.parquet"),
                PublishedFiles.OnGitHub("mathllm/MATH-V", "test.jsonl"),
            ],
            Records: 3040),
        ReaderOf);

    private static Func<IDataRecord, BenchmarkItem> ReaderOf(string file)
    {
        if (string.Equals(Path.GetExtension(file), ".parquet", StringComparison.OrdinalIgnoreCase))
        {
            return record => Read(record, "decoded_image", below: "");
        }
        string beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, "images");
        string below = Directory.Exists(beside) ? "" : "..";
        return record => Read(record, "image", below);
    }

    private static BenchmarkItem Read(IDataRecord record, string imageField, string below)
    {
        string id = record.Required("id");
        string question = record.Required("question");
        IReadOnlyList<string> options = record.List("options");
        string? subject = record.Text("subject");
        IAnswerEquivalence equivalence =
            options.Count > 0 ? new ChoiceEquivalence(options) : new RoundedEquivalence(decimals: 2);
        return new BenchmarkItem(
            new Problem(
                id,
                options.Count > 0 ? Choices.Below(question, options) + AnswerForm.Letter : question,
                record.RequiredImages(imageField, id, below),
                subject),
            new AnswerKey(record.Required("answer"), equivalence),
            RecordFields.Categories(
                ("subject", subject),
                ("level", record.Text("level")),
                ("answer", options.Count > 0 ? "choice" : "free form")));
    }
}
