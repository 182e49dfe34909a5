using System.Text.RegularExpressions;

namespace Retrace.Data.Benchmarks;

/// <summary>Writes lettered choices below a question, and finds them in a text.</summary>
internal static partial class Choices
{
    /// <summary>A question with its choices below it, each on a line of its own behind its letter.</summary>
    public static string Below(string question, IReadOnlyList<string> choices) =>
        string.Join('\n', [question, .. choices.Select((choice, i) => $"({(char)('A' + i)}) {choice}")]);

    /// <summary>
    /// The choices of a text: what stands behind "A.", "(A)", "A)" or "A:", up to the same with the next letter. They
    /// are looked for behind the last "choice" or "option" of the text where it has one.
    /// </summary>
    /// <returns>A first; empty where there are fewer than two.</returns>
    public static IReadOnlyList<string> In(string text)
    {
        int start = Heading().Matches(text).LastOrDefault() is Match heading ? heading.Index + heading.Length : 0;
        List<(int Start, int End)> marks = []; // Of the letters with what encloses them.
        for (char letter = 'A'; letter <= 'Z'; letter++)
        {
            Match mark = Regex.Match(text[start..], $@"(?<![A-Za-z0-9])(?:\({letter}\)|{letter}[.:)])");
            if (!mark.Success)
            {
                break;
            }
            marks.Add((start + mark.Index, start + mark.Index + mark.Length));
            start += mark.Index + mark.Length;
        }
        if (marks.Count < 2)
        {
            return [];
        }
        int[] ends = [.. marks.Skip(1).Select(mark => mark.Start), text.Length];
        return [.. marks.Zip(ends, (mark, end) => text[mark.End..end].Trim(' ', '\t', '\r', '\n', ';', ','))];
    }

    [GeneratedRegex(@"\b(?:choices?|options?)\s*:", RegexOptions.IgnoreCase)]
    private static partial Regex Heading();
}
