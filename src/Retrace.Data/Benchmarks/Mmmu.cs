using System.Globalization;
using Retrace.Answers;
using Retrace.Data.Published;
using Retrace.Problems;

namespace Retrace.Data.Benchmarks;

/// <summary>
/// MMMU, validation: college problems of 30 subjects in six disciplines, up to seven images each; a look beyond
/// mathematics. Right is the letter of the choice; of an open question one of the labels, numbers after rounding to two
/// decimals. The authors take an open label anywhere in the response, and guess where they find no letter; we do not.
/// </summary>
/// <remarks>
/// Yue et al. 2024, arXiv 2311.16502; data at MMMU/MMMU, a folder for each subject; eval/eval_utils.py in
/// MMMU-Benchmark/MMMU. Columns: id, question, options (a Python list as text), image_1 to image_7, answer,
/// question_type, topic_difficulty. "&lt;image 1&gt;" in the text names an image; the images come before it.
/// </remarks>
internal static class Mmmu
{
    private const int Images = 7;

    private static readonly Dictionary<string, string[]> Disciplines = new()
    {
        ["Art and Design"] = ["Art", "Art_Theory", "Design", "Music"],
        ["Business"] = ["Accounting", "Economics", "Finance", "Manage", "Marketing"],
        ["Science"] = ["Biology", "Chemistry", "Geography", "Math", "Physics"],
        ["Health and Medicine"] =
        [
            "Basic_Medical_Science", "Clinical_Medicine", "Diagnostics_and_Laboratory_Medicine", "Pharmacy",
            "Public_Health",
        ],
        ["Humanities and Social Science"] = ["History", "Literature", "Psychology", "Sociology"],
        ["Tech and Engineering"] =
        [
            "Agriculture", "Architecture_and_Engineering", "Computer_Science", "Electronics", "Energy_and_Power",
            "Materials", "Mechanical_Engineering",
        ],
    };

    public static Benchmark Benchmark { get; } = new(
        new PublishedSet(
            "mmmu",
            "MMMU, validation",
            "Yue et al. 2024, arXiv 2311.16502",
            [PublishedFiles.OnHub("MMMU/MMMU", "*/", "validation-*.parquet", count: 30)],
            Records: 900),
        _ => Read);

    private static BenchmarkItem Read(IDataRecord record)
    {
        string id = record.Required("id");
        string subject = SubjectOf(id);
        string question = record.Required("question");
        IReadOnlyList<string> options = PythonList.Parse(record.Text("options") ?? "[]");
        bool isChoice = record.Text("question_type") == "multiple-choice";
        ProblemImage[] images =
        [
            .. Enumerable.Range(1, Images).SelectMany(number =>
                record.Images($"image_{number.ToString(CultureInfo.InvariantCulture)}", id)),
        ];
        return new BenchmarkItem(
            new Problem(
                id,
                isChoice ? Choices.Below(question, options) + AnswerForm.Letter : question + AnswerForm.Short,
                images.Length > 0 ? images : throw new UnusableRecordException("it has no image"),
                subject),
            KeyOf(record.Required("answer"), isChoice, options),
            RecordFields.Categories(
                ("discipline", Disciplines.FirstOrDefault(pair => pair.Value.Contains(subject)).Key),
                ("subject", subject),
                ("difficulty", record.Text("topic_difficulty")),
                ("answer", isChoice ? "choice" : "open")));
    }

    // "validation_Art_Theory_12"
    private static string SubjectOf(string id)
    {
        string[] parts = id.Split('_');
        return parts.Length >= 3
            ? string.Join('_', parts[1..^1])
            : throw new UnusableRecordException($"its id, {id}, has no subject between two underscores");
    }

    private static AnswerKey? KeyOf(string answer, bool isChoice, IReadOnlyList<string> options)
    {
        if (answer == "?")
        {
            return null; // The test split's are not published.
        }
        if (isChoice)
        {
            return new AnswerKey(answer, new ChoiceEquivalence(options));
        }
        IReadOnlyList<string> accepted = answer.StartsWith('[') ? PythonList.Parse(answer) : [answer];
        return accepted.Count > 0
            ? new AnswerKey(accepted[0], new AcceptedAnswers(accepted, new RoundedEquivalence(decimals: 2)))
            : throw new UnusableRecordException($"its answer, {answer}, is an empty list");
    }
}
