using System.Text.RegularExpressions;
using Retrace.Answers;

namespace Retrace.Data;

/// <summary>
/// Where a record has its question and its answer, in the layouts of Geometry3K, GeoQA and MMR1, verl and EasyR1.
/// </summary>
internal static partial class ProblemFields
{
    /// <summary>The fields that may hold a question; the last may hold a conversation.</summary>
    public static readonly string[] Questions = ["problem", "question", "prompt"];

    private static readonly string[] Videos = ["video", "videos"];

    /// <summary>All fields that are read of a problem. Others change nothing.</summary>
    public static readonly HashSet<string> Read =
    [
        .. Questions, .. Videos, "id", "image", "images", "answer", "reward_model", "solution", "category", "rephrased",
    ];

    /// <summary>
    /// The first of these fields that has text, otherwise the last user message of <c>prompt</c>, a list of {role,
    /// content}; null where there is none.
    /// </summary>
    public static string? Question(IDataRecord record, params ReadOnlySpan<string> fields)
    {
        foreach (string field in fields)
        {
            if (record.Text(field) is string text && !string.IsNullOrWhiteSpace(text))
            {
                return text;
            }
        }
        return LastUserMessage(record);
    }

    /// <summary>
    /// <c>answer</c>, <c>reward_model.ground_truth</c>, or what <c>solution</c> has between its answer tags or in its
    /// box.
    /// </summary>
    public static RecordLabel Answer(IDataRecord record)
    {
        RecordLabel[] found =
        [
            record.Label("answer"), record.Label("reward_model", "ground_truth"), InSolution(record.Label("solution")),
        ];
        RecordLabel label = found.FirstOrDefault(one => one.Text is not null);
        return label.Text is string text ? RecordLabel.Of(WithoutTags(text) ?? text)
            : found.FirstOrDefault(one => one.Unused is not null);
    }

    /// <summary>
    /// Refuses a record with a video: no model here is shown one, and without it the question means nothing.
    /// </summary>
    /// <exception cref="UnusableRecordException">There is one.</exception>
    public static void RefuseVideo(IDataRecord record)
    {
        if (Array.Find(Videos, field => RecordImage.Members.Prepend(null).Any(member =>
            record.Texts(field, member).Append(record.Text(field, member)).Any(text => !string.IsNullOrEmpty(text))))
            is string found)
        {
            throw new UnusableRecordException($"it has a video in its field \"{found}\", and videos are not read");
        }
    }

    private static RecordLabel InSolution(RecordLabel solution) => solution.Text is string text
        ? RecordLabel.Of(WithoutTags(text) ?? AnswerExtractor.Extract(text) ?? text)
        : solution;

    private static string? WithoutTags(string text) =>
        AnswerTags().Match(text) is { Success: true } match ? match.Groups[1].Value.Trim() : null;

    private static string? LastUserMessage(IDataRecord record)
    {
        IReadOnlyList<string?> roles = record.Texts("prompt", "role");
        IReadOnlyList<string?> contents = record.Texts("prompt", "content");
        int last = roles.Index().Where(role => role.Item == "user").Select(role => role.Index).LastOrDefault(-1);
        return last >= 0 && last < contents.Count ? contents[last] : null;
    }

    [GeneratedRegex("<answer>(.*?)</answer>", RegexOptions.Singleline)]
    private static partial Regex AnswerTags();
}
