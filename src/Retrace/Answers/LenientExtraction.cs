using System.Text.RegularExpressions;
using Retrace.Answers.Mathematics;

namespace Retrace.Answers;

/// <summary>
/// Finds what benchmarks accept as an answer, in this order: the last box behind <c>&lt;/think&gt;</c>; the last
/// <c>&lt;answer&gt;…&lt;/answer&gt;</c> there; what follows the last statement such as "answer is", "should be (D)" or
/// "答案："; the last line behind <c>####</c>; a last line that is no more than a choice's letter or a number; a choice's
/// letter that everything else explains; and the last box within the think tags.
/// </summary>
public sealed class LenientExtraction : IAnswerExtraction
{
    private const string ThinkEnd = "</think>";

    public string? Extract(string response)
    {
        string conclusion = LostBackslashes.Restore(response[ConclusionStart(response)..]);
        string? answer = AnswerExtractor.Extract(conclusion)
            ?? Tagged(conclusion)
            ?? AnswerStatement.Last(conclusion)
            ?? FinalLine.Find(conclusion)?.Answer
            ?? AnswerExtractor.Extract(response);
        return string.IsNullOrEmpty(answer) ? null : answer;
    }

    public int FirstAnswerStart(string response)
    {
        int conclusionStart = ConclusionStart(response);
        int[] starts =
        [
            AnswerExtractor.FirstBoxStart(response),
            response.IndexOf("<answer>", StringComparison.OrdinalIgnoreCase),
            AnswerStatement.FirstStart(response),
            FinalLine.Find(response[conclusionStart..]) is { Start: var start } ? conclusionStart + start : -1,
        ];
        return starts.Where(start => start >= 0).DefaultIfEmpty(-1).Min();
    }

    private static int ConclusionStart(string response)
    {
        int thinkEnd = response.LastIndexOf(ThinkEnd, StringComparison.Ordinal);
        return thinkEnd < 0 ? 0 : thinkEnd + ThinkEnd.Length;
    }

    private static string? Tagged(string text)
    {
        int end = text.LastIndexOf("</answer>", StringComparison.OrdinalIgnoreCase);
        int start = end < 0 ? -1 : text.LastIndexOf("<answer>", end, StringComparison.OrdinalIgnoreCase);
        return start < 0 ? null : text[(start + "<answer>".Length)..end].Trim();
    }
}
