using Retrace.Problems;

namespace Retrace.Data;

/// <summary>Collects the records of one file, whatever its format, into a problem set.</summary>
internal sealed class ProblemSetBuilder
{
    private const string ImagePlaceholder = "<image>";

    private readonly List<Problem> _problems = [];
    private readonly Dictionary<string, string> _answers = new(StringComparer.Ordinal);
    private readonly List<SkippedProblem> _skipped = [];
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);

    /// <summary>Adds a record, or the reason why it cannot be used.</summary>
    /// <param name="id">The record's id.</param>
    /// <param name="question">Its question, perhaps with image placeholders, or null when it has none.</param>
    /// <param name="images">Finds the record's images.</param>
    /// <param name="answer">Its gold answer, or null.</param>
    /// <param name="category">Its category, or null.</param>
    public void Add(
        string id, string? question, Func<IReadOnlyList<ProblemImage>> images, string? answer, string? category)
    {
        if (!_ids.Add(id))
        {
            _skipped.Add(new SkippedProblem(id, "an earlier record has the same id"));
            return;
        }
        try
        {
            Problem problem = Build(id, question, images(), category);
            _problems.Add(problem);
            if (!string.IsNullOrWhiteSpace(answer))
            {
                _answers.Add(id, answer);
            }
        }
        catch (UnusableRecordException reason)
        {
            _skipped.Add(new SkippedProblem(id, reason.Message));
        }
    }

    public ProblemSet Build() => new(_problems, _answers, _skipped);

    private static Problem Build(string id, string? question, IReadOnlyList<ProblemImage> images, string? category)
    {
        string[] parts = (question ?? "").Split(ImagePlaceholder);
        string text = string.Concat(parts).Trim();
        if (text.Length == 0)
        {
            throw new UnusableRecordException("it has no question");
        }
        int placeholders = parts.Length - 1;
        if (placeholders > images.Count)
        {
            throw new UnusableRecordException(
                $"its question has {placeholders} {ImagePlaceholder} placeholders, but it has {images.Count} images");
        }
        return new Problem(id, text, images, string.IsNullOrWhiteSpace(category) ? null : category);
    }
}

/// <summary>One record of a file cannot be used; the message says why. The others can.</summary>
internal sealed class UnusableRecordException(string message) : Exception(message);
