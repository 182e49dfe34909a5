using System.Text.RegularExpressions;

namespace Retrace.Answers.Choices;

/// <summary>
/// The letter of a choice, as A, (A), 【A】, A., "A. 15", "(A) 15", "option A", "the answer is A" and 选项A name it.
/// </summary>
internal static partial class ChoiceLetter
{
    /// <summary>What may stand before a letter, as a pattern: "option ", "the correct answer is ", 故选.</summary>
    public const string Announcement =
        "(?:[Tt]he )?(?:[Cc]orrect |[Rr]ight |[Bb]est |[Ff]inal )?(?:[Oo]ption|[Cc]hoice|[Aa]nswer)(?: is)?"
        + "(?:[ :]+|(?=[(A-Z]))|(?:[故应]?选项?|所以选|因此选|选择|答案[是为]?) ?:? ?";

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
        string description = choice.Groups["description"].Value;
        return ChoiceDescription.IsHedge(letter, description) && !ChoiceDescription.IsOfEarlier(letter, description)
            ? null
            : letter;
    }

    // "B. -3" is a choice, "B - 3" and "(B)-3" are expressions.
    [GeneratedRegex(
        $@"^(?:{Announcement})?\(?(?<letter>[a-zA-Z])\)?(?:[.:,]| ?选?项)?$"
        + @"|^[""'“【\[]\(?(?<letter>[A-J])\)?\.?[""'”】\]]$"
        + @"|^(?:\((?<letter>[A-J])\):? ?|(?<letter>[A-J])[.):] |(?<letter>[A-J])\.(?=[0-9]))"
        + @"(?<description>(?:(?<= )-(?=[0-9.√π\\])|[^-+*/^=,.:)\s]).*)$",
        RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Choice();
}
