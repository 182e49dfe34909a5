using System.Globalization;
using System.Text.Json;
using Retrace.Answers;
using Retrace.Data.Published;
using Retrace.Problems;

namespace Retrace.Data.Benchmarks;

/// <summary>
/// MathVista, testmini. The prompt is the file's <c>query</c>. Right is the choice, where an answer that names none
/// counts as the one of the smallest edit distance; an integer after cutting off decimals; a decimal after rounding to
/// the problem's precision; a list item by item. So in the authors' evaluation/calculate_score.py.
/// </summary>
/// <remarks>
/// Lu et al. 2024, arXiv 2310.02255; data at AI4Math/MathVista, or lupantech/MathVista with its images unpacked beside
/// testmini.json, where query.json has the prompts. Columns: pid, query, decoded_image (in JSON image), choices,
/// precision, answer, question_type, answer_type, metadata.
/// </remarks>
internal static class MathVista
{
    private const string Prompts = "query.json";

    // Of the metadata; the first is the problem's category. The authors' tables are by these.
    private static readonly string[] Fields =
        ["task", "context", "grade", "category", "source", "language"];

    public static Benchmark Benchmark { get; } = new(
        new PublishedSet(
            "mathvista",
            "MathVista, testmini",
            "Lu et al. 2024, arXiv 2310.02255",
            [
                PublishedFiles.OnHub("AI4Math/MathVista", "data/", "testmini-*.parquet"),
                PublishedFiles.OnGitHub("lupantech/MathVista", "testmini.json"),
            ],
            Records: 1000),
        ReaderOf);

    private static Func<IDataRecord, BenchmarkItem> ReaderOf(string file)
    {
        string prompts = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, Prompts);
        bool apart = Path.GetExtension(file) == ".json" && File.Exists(prompts);
        Dictionary<string, string> queries = apart ? QueriesOf(prompts) : [];
        return record => Read(record, queries);
    }

    private static Dictionary<string, string> QueriesOf(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllBytes(path)) ?? [];
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: expected a JSON object of prompts by pid: {error.Message}", error);
        }
    }

    private static BenchmarkItem Read(IDataRecord record, Dictionary<string, string> queries)
    {
        string id = record.Required("pid");
        string query = queries.GetValueOrDefault(id) ?? record.Required("query");
        IReadOnlyList<ProblemImage> images = record.Images("decoded_image", id);
        string? task = record.Text("metadata", Fields[0]);
        return new BenchmarkItem(
            new Problem(id, query, images.Count > 0 ? images : record.RequiredImages("image", id), task),
            KeyOf(record),
            [
                .. RecordFields.Categories(
                    [.. Fields.Select(field => (field, record.Text("metadata", field)))]),
                .. record.List("metadata", "skills").Select(skill => ("skill", skill)),
                .. RecordFields.Categories(
                    ("question type", record.Text("question_type")), ("answer type", record.Text("answer_type"))),
            ]);
    }

    private static AnswerKey? KeyOf(IDataRecord record)
    {
        if (record.Text("answer") is not { Length: > 0 } answer)
        {
            return null; // The test split's are not published.
        }
        IReadOnlyList<string> choices = record.List("choices");
        if (choices.Count > 0)
        {
            int place = choices.Index().Where(choice => choice.Item == answer)
                .Select(choice => choice.Index).FirstOrDefault(-1);
            return new AnswerKey(
                place < 0 ? answer : ((char)('A' + place)).ToString(), new ChoiceEquivalence(choices, closest: true));
        }
        return new AnswerKey(answer, record.Text("answer_type") switch
        {
            "integer" => new RoundedEquivalence(decimals: 0, MidpointRounding.ToZero),
            "float" => new RoundedEquivalence(PrecisionOf(record)),
            _ => new MathematicalEquivalence(),
        });
    }

    private static int PrecisionOf(IDataRecord record) =>
        double.TryParse(record.Text("precision"), CultureInfo.InvariantCulture, out double places)
        && places is >= 0 and <= 15
            ? (int)places
            : throw new UnusableRecordException("its field \"precision\" is no number of decimals");
}
