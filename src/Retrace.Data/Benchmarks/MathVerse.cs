using Retrace.Answers;
using Retrace.Data.Published;
using Retrace.Problems;

namespace Retrace.Data.Benchmarks;

/// <summary>
/// MathVerse, testmini: 788 problems in five versions, from all in the text to all in the image. The prompt is the
/// file's
/// <c>query_cot</c>; accuracy is over all five versions, and by version. The authors let a language model extract and
/// compare answers.
/// </summary>
/// <remarks>
/// Zhang et al. 2024, arXiv 2403.14624; data at AI4Math/MathVerse. Columns: sample_index, problem_index,
/// problem_version, question, question_for_eval, query_cot, image, answer, question_type, metadata; or the same as
/// testmini.json, its images.zip unpacked beside it. The sixth version, Text Only, is read where its file is named.
/// </remarks>
internal static class MathVerse
{
    public static Benchmark Benchmark { get; } = new(
        new PublishedSet(
            "mathverse",
            "MathVerse, testmini",
            "Zhang et al. 2024, arXiv 2403.14624",
            [
                PublishedFiles.OnHub("AI4Math/MathVerse", "", "testmini.parquet"),
                new PublishedFiles(
                    "testmini.json",
                    Count: 1,
                    "https://huggingface.co/datasets/AI4Math/MathVerse",
                    "hf download AI4Math/MathVerse testmini.json images.zip --repo-type dataset --local-dir DIR "
                        + "&& unzip DIR/images.zip -d DIR"),
            ],
            Records: 3940),
        ReaderOf);

    // The archive has been unpacked into a folder images, or without one.
    private static Func<IDataRecord, BenchmarkItem> ReaderOf(string file)
    {
        const string Images = "images";
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        string below = Directory.Exists(Path.Combine(folder, Images)) ? Images : "";
        return record => Read(record, below);
    }

    private static BenchmarkItem Read(IDataRecord record, string below)
    {
        string id = record.Required("sample_index");
        string version = record.Required("problem_version");
        bool isChoice = record.Text("question_type") == "multi-choice";
        // Vision Only has its question in the image, and once more in question_for_eval.
        string shown = record.Text("question_for_eval") ?? record.Text("question") ?? "";
        IAnswerEquivalence equivalence =
            isChoice ? new ChoiceEquivalence(Choices.In(shown)) : new MathematicalEquivalence();
        return new BenchmarkItem(
            new Problem(
                id,
                record.Required("query_cot"),
                version == "Text Only" ? [] : record.RequiredImages("image", id, below),
                version),
            new AnswerKey(record.Required("answer"), equivalence),
            RecordFields.Categories(
                ("version", version),
                ("subject", record.Text("metadata", "subject")),
                ("subfield", record.Text("metadata", "subfield")),
                ("answer", isChoice ? "choice" : "free form")),
            Group: record.Text("problem_index"),
            Part: version);
    }
}
