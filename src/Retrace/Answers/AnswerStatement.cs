using System.Text.RegularExpressions;

namespace Retrace.Answers;

/// <summary>Finds sentences that state an answer: "The answer is 5.", "so it should be (D)", "答案：5".</summary>
internal static partial class AnswerStatement
{
    // "The answer is", "the final answer is:", "**Answer:**", "the correct option is", "Answer = ", "the answer should
    // be", and before a choice's letter just "should be".
    private const string Phrase =
        @"\b(?:answer|(?:correct|right) (?:option|choice))(?: (?:is|(?:should|must) be)\b"
        + @"(?: (?:therefore|thus|then|hence|simply)\b,?)?| ?\**[:=：])"
        + @"|\b(?:should|must) be(?=[ *:]*(?:(?:option|choice) )?(?:\([A-J]\)|[A-J](?:[.,;!?*]|$)))"
        + "|答案(?:应该|应当|应)?(?:是|为|[:：】])|(?:正确|答案|所以|因此|本题|应|故)选(?:择|项)?(?:是|为|[:：])?"
        + "(?= *[（(]?[A-J])";

    /// <summary>
    /// The text after the last such phrase, up to the end of its sentence or line; null where there is none.
    /// </summary>
    public static string? Last(string text)
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
        answer = answer.Trim(' ', '\t', '*', ':', '：', '"', '.');
        return answer.Length > 0 ? answer : null;
    }

    /// <summary>The index of the first such phrase, or −1.</summary>
    public static int FirstStart(string text) => Announcement().Match(text) is { Success: true, Index: var i } ? i : -1;

    [GeneratedRegex("(?:" + Phrase + ")[ *:：]*", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex Statement();

    [GeneratedRegex(Phrase, RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex Announcement();

    // A full stop, but not that of a decimal or of "B. 15".
    [GeneratedRegex(@"(?<!^\W*[A-Ja-j])[.!?](?=\s|$)|;|[。；！]|，因为|,? because\b|, (?:since|so|as|which)\b")]
    private static partial Regex SentenceEnd();
}
