using System.Text.RegularExpressions;
using Retrace.Answers.Choices;
using Retrace.Answers.Mathematics;

namespace Retrace.Answers;

/// <summary>An answer that is a line of its own.</summary>
internal static partial class FinalLine
{
    // A number on a line is short; a longer one is a calculation.
    private const int MaxNumberLength = 64;

    /// <summary>
    /// The last line if it stands behind <c>####</c> or is no more than a choice's letter or a number; else a choice's
    /// letter at the start that what follows explains, unless another line begins with another letter, as lists of the
    /// choices do. With the index of the line; null where there is no such line.
    /// </summary>
    public static (string Answer, int Start)? Find(string text)
    {
        string trimmed = text.TrimEnd();
        int start = trimmed.LastIndexOf('\n') + 1;
        string line = trimmed[start..].Trim();
        if (line.StartsWith("####", StringComparison.Ordinal))
        {
            string answer = line.TrimStart('#').Trim(' ', '*');
            return answer.Length > 0 ? (answer, start) : null;
        }
        if (LoneChoice().Match(line) is { Success: true } choice)
        {
            return (choice.Groups["letter"].Value, start);
        }
        if (IsNumber(line) && !IsListMark(line, trimmed))
        {
            return (line.Trim('*', ' '), start);
        }
        return ExplainedChoice(trimmed);
    }

    private static bool IsNumber(string line) =>
        line.Length <= MaxNumberLength && !NoNumber().IsMatch(line) && AnswerNumber.Of(line) is not null;

    // "3." behind "2. …" is where a list was cut off.
    private static bool IsListMark(string line, string text) =>
        ListMark().Match(line) is { Success: true } mark
        && int.Parse(mark.Groups["number"].ValueSpan) is var number
        && (number == 1 || text.Contains($"\n{number - 1}{mark.Groups["mark"].Value} ", StringComparison.Ordinal));

    private static (string Answer, int Start)? ExplainedChoice(string text)
    {
        if (LeadingChoice().Match(text) is not { Success: true } leading)
        {
            return null;
        }
        string letter = leading.Groups["letter"].Value;
        ReadOnlySpan<char> rest = text.AsSpan(leading.Length);
        int lineEnd = rest.IndexOf('\n');
        string description = (lineEnd < 0 ? rest : rest[..lineEnd]).ToString();
        Match reason = Reason().Match(description);
        bool isHedge = ChoiceDescription.IsHedge(letter[0], reason.Success ? description[..reason.Index] : description);
        return isHedge || AnotherChoice().IsMatch(description)
            || ChoiceAtLineStart().Matches(text).Any(other => other.Groups["letter"].Value != letter)
            ? null
            : (letter, leading.Index);
    }

    [GeneratedRegex(
        @"^\W{0,3}(?:(?:option|choice) )?\(?(?<letter>[A-J])[).:]?\W{0,3}$", RegexOptions.IgnoreCase)]
    private static partial Regex LoneChoice();

    // Letters that belong to no command of LaTeX, signs that a calculation has, and the mark of a list's item.
    [GeneratedRegex(@"^[-*•] |(?<!\\[a-zA-Z]*)[a-zA-Z]|[=≈:<>]|\S +[-+*×÷] +\S")]
    private static partial Regex NoNumber();

    [GeneratedRegex(@"^(?<number>[0-9]{1,3})(?<mark>[.)])$")]
    private static partial Regex ListMark();

    // "(D) because …", "**D.** …", "D: …", "D" on a line of its own.
    [GeneratedRegex(@"^\s*\**(?:\((?<letter>[A-J])\)|(?<letter>[A-J])(?:[.:)](?=\**\s)|\**(?=\s*\n)))\**\s*")]
    private static partial Regex LeadingChoice();

    [GeneratedRegex(@"^[ *]*\(?(?<letter>[A-J])[).:]", RegexOptions.Multiline)]
    private static partial Regex ChoiceAtLineStart();

    // Within a reason, other choices may be named.
    [GeneratedRegex(@"^\W*(?:because|since|as|for|due)\b|\b(?:because|since)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Reason();

    // Right behind the first: "and (B)", ", B", "(B)".
    [GeneratedRegex(
        @"^\W*(?:[Aa]nd|[Oo]r|[Bb]ut|[Nn]ot|和|或)\W+\(?[A-J]\)?(?![A-Za-z'-])"
        + @"|^\W*\([A-J]\)|^ *[,;/&] *[A-J](?![A-Za-z'-])")]
    private static partial Regex AnotherChoice();
}
