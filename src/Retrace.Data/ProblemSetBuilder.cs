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
    /// <param name="id">The record's id.</param>
    /// <param name="question">Its question, perhaps with image placeholders, or null when it has none.</param>
    /// <param name="images">Finds the record's images.</param>
    /// <param name="answer">Its gold answer.</param>
    /// <param name="category">Its category, or null.</param>
    /// <param name="rephrased">The question in other words, or null.</param>
    public void Add(
        string id,
        string? question,
        Func<IReadOnlyList<ProblemImage>> images,
        RecordLabel answer,
        string? category,
        string? rephrased = null)
    {
        if (!_ids.Add(id))
        {
            _skipped.Add(new SkippedProblem(id, "an earlier record has the same id"));
            return;
        }
        try
        {
            IReadOnlyList<ProblemImage> found = images();
            Problem problem = new(id, TextOf(question, found), found, string.IsNullOrWhiteSpace(category) ? null : category)
            {
                Rephrased = string.IsNullOrWhiteSpace(rephrased) ? null : TextOf(rephrased, found),
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
