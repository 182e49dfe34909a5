using System.Text.RegularExpressions;
using Retrace.Answers.Mathematics;

namespace Retrace.Answers;

/// <summary>
/// Answers to a question of which several choices may be right: "A, C", "C and A", AC and <c>\text{A, C}</c> are one
/// answer; "A or C" is none of them. What names no letters is compared mathematically.
/// </summary>
/// <param name="choices">Their texts, A first; empty where they are known from the image alone.</param>
public sealed partial class ChoiceSetEquivalence(IReadOnlyList<string> choices) : IAnswerEquivalence
{
    private readonly ChoiceEquivalence _single = new(choices);

    public bool AreEqual(string first, string second) =>
        (LettersOf(first), LettersOf(second)) switch
        {
            (string left, string right) => left == right,
            (null, null) => _single.AreEqual(first, second),
            _ => false,
        };

    public string CanonicalForm(string answer) =>
        LettersOf(answer) is string letters ? $"choices {letters}" : _single.CanonicalForm(answer);

    // In alphabetical order, each once.
    private string? LettersOf(string answer) =>
        Several().Match(LatexText.Unify(answer)) is { Success: true } match
            ? string.Concat(match.Groups["letter"].Captures.Select(capture => capture.Value).Distinct().Order())
            : _single.LetterOf(answer)?.ToString();

    // Behind \text and the like, \{ and \& are plain.
    [GeneratedRegex(
        @"^[\s*⦃{\[]*(?:(?:[Tt]he )?(?:[Cc]orrect )?"
        + @"(?:(?:[Oo]ptions?|[Cc]hoices?|[Aa]nswers?)(?: is| are)?|[Bb]oth):?\s+|[故应]?选|答案[是为:]?)*"
        + @"(?:(?:[\s,;&+/]|and\b|和|与)*\(?(?<letter>[A-Z])\)?)+[\s.,*⦄}\]]*"
        + @"(?:are (?:both )?(?:correct|right|true)[\s.*]*)?$")]
    private static partial Regex Several();
}
