using System.Text.Encodings.Web;
using System.Text.Json;
using Retrace.Files;

namespace Retrace.Evaluation;

/// <summary>Two evaluations of the same problems, compared problem by problem.</summary>
/// <param name="Before">The first evaluation.</param>
/// <param name="After">The second evaluation.</param>
/// <param name="Whole">The difference over all problems.</param>
/// <param name="Categories">
/// The differences by category, in alphabetical order; p-values are not corrected for their number.
/// </param>
public sealed record EvaluationComparison(
    StoredAnswers Before,
    StoredAnswers After,
    EvaluationDifference Whole,
    IReadOnlyList<(string Name, EvaluationDifference Difference)> Categories)
{
    private static readonly JsonWriterOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Indented = true,
    };

    /// <exception cref="BadInputException">The two are not of the same problems.</exception>
    public static EvaluationComparison Of(StoredAnswers before, StoredAnswers after)
    {
        Dictionary<string, StoredAnswers.Problem> others = after.Problems.ToDictionary(problem => problem.Id);
        if (before.Problems.FirstOrDefault(problem => others.GetValueOrDefault(problem.Id)?.Gold != problem.Gold)
            is StoredAnswers.Problem missing)
        {
            throw new BadInputException(
                $"{before.Place} and {after.Place} are not of the same problems: the second has no problem {missing.Id} "
                + $"with the answer {missing.Gold}");
        }
        if (after.Problems.Count != before.Problems.Count)
        {
            throw new BadInputException(
                $"{before.Place} and {after.Place} are not of the same problems: the first has {before.Problems.Count}, "
                + $"the second {after.Problems.Count}");
        }
        return new EvaluationComparison(
            before,
            after,
            DifferenceOf(before.Problems),
            [
                .. before.Problems.Where(problem => problem.Category is not null)
                    .GroupBy(problem => problem.Category!)
                    .OrderBy(group => group.Key, StringComparer.Ordinal)
                    .Select(group => (group.Key, DifferenceOf(group))),
            ]);

        EvaluationDifference DifferenceOf(IEnumerable<StoredAnswers.Problem> problems) => EvaluationDifference.Of(
            [.. problems.Select(problem => problem.Right)],
            [.. problems.Select(problem => others[problem.Id].Right)]);
    }

    /// <summary>Writes the comparison as JSON, atomically.</summary>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public void Write(string path) => AtomicFile.Write(path, stream =>
    {
        using Utf8JsonWriter writer = new(stream, Readable);
        writer.WriteStartObject();
        writer.WriteString("before", Before.Place);
        writer.WriteString("after", After.Place);
        writer.WriteStartObject("whole");
        Whole.WriteFields(writer);
        writer.WriteEndObject();
        writer.WriteStartObject("categories");
        foreach ((string name, EvaluationDifference difference) in Categories)
        {
            writer.WriteStartObject(name);
            difference.WriteFields(writer);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    });
}
