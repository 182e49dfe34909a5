using Retrace.Answers;
using Retrace.Problems;
using Retrace.Training.Data;
using Retrace.Training.Evaluation;
using Retrace.Training.Published;

namespace Retrace.Training.Benchmarks;

/// <summary>
/// MathVerse, testmini: 788 problems in five versions, from all in the text to all in the image. The prompt is the file's
/// <c>query_cot</c>; accuracy is over all five versions, and by version. The authors let a language model extract and
/// compare answers.
/// </summary>
/// <remarks>
/// Zhang et al. 2024, arXiv 2403.14624; data at AI4Math/MathVerse. Columns: sample_index, problem_index, problem_version,
/// question, question_for_eval, query_cot, image, answer, question_type, metadata. The sixth version, Text Only, is read
/// where its file is named.
/// </remarks>
internal static class MathVerse
{
    public static Benchmark Benchmark { get; } = new(
        new PublishedSet(
            "mathverse",
            "MathVerse, testmini",
            "Zhang et al. 2024, arXiv 2403.14624",
            [PublishedFiles.OnHub("AI4Math/MathVerse", "", "testmini.parquet")],
            Records: 3940),
        _ => Read);

    private static BenchmarkItem Read(IDataRecord record)
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
                version == "Text Only" ? [] : record.RequiredImages("image", id),
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
