using System.Text.RegularExpressions;

namespace Retrace.Answers;

/// <summary>
/// A box where there is one, and otherwise what benchmarks take for an answer, in this order: the last
/// <c>&lt;answer&gt;…&lt;/answer&gt;</c>, what follows the last "answer is" or "answer:" on its line, and a choice
/// letter that is the whole last line.
/// </summary>
/// <remarks>Without a box, what stands in think tags does not count.</remarks>
public sealed partial class LenientExtraction : IAnswerExtraction
{
    private const string ThinkEnd = "</think>";

    // "The answer is", "the final answer is:", "**Answer:**", "the correct option is", "Answer = "
    private const string Phrase = @"\b(?:answer|(?:correct|right) (?:option|choice))(?: is\b| ?\**[:=])";

    public string? Extract(string response)
    {
        if (AnswerExtractor.Extract(response) is string boxed)
        {
            return boxed;
        }
        int thinkEnd = response.LastIndexOf(ThinkEnd, StringComparison.Ordinal);
        string conclusion = thinkEnd < 0 ? response : response[(thinkEnd + ThinkEnd.Length)..];
        string? answer = Tagged(conclusion) ?? Stated(conclusion) ?? Choice(conclusion);
        return string.IsNullOrEmpty(answer) ? null : answer;
    }

    public int FirstAnswerStart(string response)
    {
        int box = AnswerExtractor.FirstBoxStart(response);
        Match announced = Announcement().Match(response);
        return !announced.Success ? box : box < 0 ? announced.Index : Math.Min(box, announced.Index);
    }

    private static string? Tagged(string text)
    {
        int end = text.LastIndexOf("</answer>", StringComparison.OrdinalIgnoreCase);
        int start = end < 0 ? -1 : text.LastIndexOf("<answer>", end, StringComparison.OrdinalIgnoreCase);
        return start < 0 ? null : text[(start + "<answer>".Length)..end].Trim();
    }

    private static string? Stated(string text)
    {
        Match? last = Statement().Matches(text).LastOrDefault();
        if (last is null)
        {
            return null;
        }
        ReadOnlySpan<char> rest = text.AsSpan(last.Index + last.Length);
        int lineEnd = rest.IndexOfAny('\r', '\n');
        string line = (lineEnd < 0 ? rest : rest[..lineEnd]).ToString();
        Match sentenceEnd = SentenceEnd().Match(line);
        string answer = sentenceEnd.Success ? line[..sentenceEnd.Index] : line;
        return answer.Trim(' ', '\t', '*', ':', '"', '.');
    }

    private static string? Choice(string text)
    {
        ReadOnlySpan<char> trimmed = text.AsSpan().TrimEnd();
        Match choice = LoneChoice().Match(trimmed[(trimmed.LastIndexOf('\n') + 1)..].Trim().ToString());
        return choice.Success ? choice.Groups["letter"].Value : null;
    }

    [GeneratedRegex(Phrase + "[ *:]*", RegexOptions.IgnoreCase)]
    private static partial Regex Statement();

    [GeneratedRegex("<answer>|" + Phrase, RegexOptions.IgnoreCase)]
    private static partial Regex Announcement();

    // A full stop, but not that of a decimal or of "B. 15".
    [GeneratedRegex(@"(?<!^\W*[A-Ja-j])[.!?](?=\s|$)|;|, (?:because|since|so|as|which)\b")]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(
        @"^\W{0,3}(?:(?:option|choice) )?\(?(?<letter>[A-J])[).:]?\W{0,3}$", RegexOptions.IgnoreCase)]
    private static partial Regex LoneChoice();
}
