using System.Text.RegularExpressions;

namespace Retrace.Answers.Choices;

/// <summary>The letter of a choice, as A, (A), A., "A. 15", "(A) 15", "option A" and 选项A name it.</summary>
internal static partial class ChoiceLetter
{
    /// <summary>
    /// The letter that the text is, or that stands before the choice's description; null if it names none.
    /// </summary>
    public static char? Of(string text)
    {
        Match choice = Choice().Match(text);
        if (!choice.Success)
        {
            return null;
        }
        char letter = choice.Groups["letter"].ValueSpan[0];
        return ChoiceDescription.IsHedge(letter, choice.Groups["description"].Value) ? null : letter;
    }

    // "B. -3" is a choice, "B - 3" and "(B)-3" are expressions.
    [GeneratedRegex(
        @"^(?:(?:[Oo]ption|[Cc]hoice|[Aa]nswer|选项?|答案[是为]?) ?:? ?)?\(?(?<letter>[a-zA-Z])\)?(?:[.:]| ?选?项)?$"
        + @"|^(?:\((?<letter>[A-J])\):? ?|(?<letter>[A-J])[.):] )"
        + @"(?<description>(?:(?<= )-(?=[0-9.√π\\])|[^-+*/^=,.:)\s]).*)$",
        RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Choice();
}
