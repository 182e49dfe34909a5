using System.Text.RegularExpressions;

namespace Retrace.Answers.Choices;

/// <summary>The text after the letter of a choice, such as 15 in "(A) 15".</summary>
internal static partial class ChoiceDescription
{
    // Before a letter, any other word makes it the name of something, as in "point B".
    private static readonly HashSet<string> HedgingWords = new(StringComparer.OrdinalIgnoreCase)
    {
        "and", "or", "but", "nor", "not", "no", "maybe", "perhaps", "either", "neither", "both", "also", "then",
        "answer", "answers", "option", "options", "choice", "choices", "choose", "pick", "select", "think", "say",
        "guess", "rather", "than", "instead", "is", "it's", "be", "are", "was", "to", "for", "with", "versus", "vs",
        "wait", "sorry", "correct", "right", "else", "otherwise", "seems", "looks", "fits", "works", "appears", "would",
        "could", "might", "may", "can", "will", "has", "holds",
    };

    /// <summary>
    /// Whether the description takes the letter back or names another choice besides: "is wrong", "12 or B. 13",
    /// "none; actually B". Such an answer is no choice.
    /// </summary>
    public static bool IsHedge(char letter, string description)
    {
        if (Denial().IsMatch(description))
        {
            return true;
        }
        foreach (Match other in Letter().Matches(description))
        {
            char named = other.Groups["letter"].ValueSpan[0];
            if (char.ToUpperInvariant(named) != char.ToUpperInvariant(letter)
                && !IsArticle(description, other)
                && (other.Groups["mark"].Success || !IsName(description.AsSpan(0, other.Index))))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>
    /// Whether the description is what a choice behind others says of these, as "Both A and B" behind D.
    /// </summary>
    public static bool IsOfEarlier(char letter, string description) =>
        EarlierChoices().Match(description) is { Success: true } earlier
        && earlier.Groups["named"].Captures.All(
            named => char.ToUpperInvariant(named.ValueSpan[0]) < char.ToUpperInvariant(letter));

    /// <summary>Whether an answer is several letters and nothing else, as "A or C" and "(A)(B)".</summary>
    public static bool IsSeveral(string answer) => Several().IsMatch(answer);

    // "A square", "A right angle". "A is", "A or" and "A right" begin with a letter.
    private static bool IsArticle(string description, Match letter) =>
        letter is { Index: 0, Value: "A" }
        && WordBehind().Match(description) is { Success: true } word
        && !HedgingWords.Contains(word.Groups["word"].Value);

    // Whether what stands before a letter makes it the name of a thing, a unit or a variable.
    private static bool IsName(ReadOnlySpan<char> before)
    {
        before = before.TrimEnd();
        if (before.Length == 0)
        {
            return false;
        }
        if (char.IsAsciiDigit(before[^1]) || "°=+∪∩<>∠△⊙".Contains(before[^1]))
        {
            return true;
        }
        int start = before.Length;
        while (start > 0 && (char.IsAsciiLetter(before[start - 1]) || before[start - 1] == '\''))
        {
            start--;
        }
        string word = before[start..].ToString();
        bool isAdverb = word.EndsWith("ly", StringComparison.OrdinalIgnoreCase)
            && !word.Equals("only", StringComparison.OrdinalIgnoreCase);
        return word.Length > 1 && !isAdverb && !HedgingWords.Contains(word);
    }

    [GeneratedRegex(@"^\(?[A-J]\)?(?:(?:[\s,;/&|+]|and\b|or\b|和|或)+\(?[A-J]\)?|\([A-J]\))+\.?$")]
    private static partial Regex Several();

    [GeneratedRegex(
        @"^\W*(?:(?:is|are|was) +(?:not|wrong|incorrect|false)\b|(?:not|wrong|incorrect)\W*$)",
        RegexOptions.IgnoreCase)]
    private static partial Regex Denial();

    // "Both A and B", "Neither (A) nor (B) is correct."
    [GeneratedRegex(
        @"^(?:(?:both|all of) \(?(?<named>[A-J])\)?(?:,? \(?(?<named>[A-J])\)?)*,? and"
        + @"|neither \(?(?<named>[A-J])\)? nor) \(?(?<named>[A-J])\)?"
        + @"(?: (?:is|are) (?:correct|right|true))?\.?$",
        RegexOptions.IgnoreCase)]
    private static partial Regex EarlierChoices();

    [GeneratedRegex("^A +(?:right +)?(?<word>[a-z]{2,})")]
    private static partial Regex WordBehind();

    // A letter that stands alone, but for I, the number. Brackets around it, or a mark and more behind it as in
    // "B. 13", make it a choice.
    [GeneratedRegex(
        @"(?<![A-Za-z0-9_\\^'-])(?:(?<mark>\()(?<letter>[A-HJa-hj])\)"
        + @"|(?<letter>[A-HJ])(?![A-Za-z0-9_'^-]| *[=+∪∩<>\\])(?<mark>[.:)] *[^.:)\s])?)")]
    private static partial Regex Letter();
}
