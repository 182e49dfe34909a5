using System.Text.RegularExpressions;
using Retrace.Problems;

namespace Retrace.Data;

/// <summary>Collects the records of one file, whatever its format, into a problem set.</summary>
internal sealed partial class ProblemSetBuilder
{
    private readonly List<Problem> _problems = [];
    private readonly Dictionary<string, string> _answers = new(StringComparer.Ordinal);
    private readonly List<SkippedProblem> _skipped = [];
    private readonly List<SkippedProblem> _unusedAnswers = [];
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);

    /// <summary>Adds a record, or the reason why it cannot be used.</summary>
    /// <param name="record">The record.</param>
    /// <param name="number">Names it where it has no id.</param>
    /// <param name="questions">The fields that may hold its question, which may have image placeholders.</param>
    /// <param name="imagesOf">Finds its images, by its id.</param>
    public void Add(
        IDataRecord record, string number, string[] questions, Func<string, IReadOnlyList<ProblemImage>> imagesOf)
    {
        string id = record.Text("id") ?? number;
        string? question = ProblemFields.Question(record, questions);
        RecordLabel answer = ProblemFields.Answer(record);
        string? category = record.Text("category");
        string? rephrased = record.Text("rephrased");
        if (!_ids.Add(id))
        {
            _skipped.Add(new SkippedProblem(id, "an earlier record has the same id"));
            return;
        }
        try
        {
            ProblemFields.RefuseVideo(record);
            IReadOnlyList<ProblemImage> images = imagesOf(id);
            Problem problem = new(id, TextOf(question, images), images, string.IsNullOrWhiteSpace(category) ? null : category)
            {
                Rephrased = string.IsNullOrWhiteSpace(rephrased) ? null : TextOf(rephrased, images),
            };
            _problems.Add(problem);
            if (answer.Text is string text)
            {
                _answers.Add(id, text);
            }
            else if (answer.Unused is string reason)
            {
                _unusedAnswers.Add(new SkippedProblem(id, reason));
            }
        }
        catch (UnusableRecordException fault)
        {
            _skipped.Add(new SkippedProblem(id, fault.Message));
        }
    }

    public ProblemSet Build() => new(_problems, _answers, _skipped) { UnusedAnswers = _unusedAnswers };

    private static string TextOf(string? question, IReadOnlyList<ProblemImage> images)
    {
        int places = Problem.PlacesIn(question ?? "");
        if (places > images.Count)
        {
            throw new UnusableRecordException(
                $"its question has {places} {Problem.ImagePlace} placeholders, but it has {images.Count} images");
        }
        // Images without a place are shown before the question, so places there need not be kept.
        string text = LeadingPlaces().Replace(question ?? "", "").Trim();
        if (string.IsNullOrWhiteSpace(text.Replace(Problem.ImagePlace, "")))
        {
            throw new UnusableRecordException("it has no question");
        }
        return text;
    }

    [GeneratedRegex($@"^(?:\s*{Problem.ImagePlace})+")]
    private static partial Regex LeadingPlaces();
}

/// <summary>One record of a file cannot be used; the message says why. The others can.</summary>
internal sealed class UnusableRecordException(string message) : Exception(message)
{
    /// <summary>Whether the record is empty as it was published.</summary>
    public bool IsEmpty { get; init; }
}
