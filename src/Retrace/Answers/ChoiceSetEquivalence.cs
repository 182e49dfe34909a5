using System.Text.RegularExpressions;

namespace Retrace.Answers;

/// <summary>
/// Answers to a question of which several choices may be right: A, C and C and A and AC are one answer. What names no
/// letters is compared mathematically.
/// </summary>
public sealed partial class ChoiceSetEquivalence : IAnswerEquivalence
{
    private readonly ChoiceEquivalence _single = new([]);

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
        Several().Match(answer.Trim(' ', '\n', '$', '.')) is { Success: true } match
            ? string.Concat(match.Groups["letter"].Captures.Select(capture => capture.Value).Distinct().Order())
            : _single.LetterOf(answer)?.ToString();

    [GeneratedRegex(@"^(?:(?:\s|,|;|&|and\b|or\b)*\(?(?<letter>[A-Z])\)?)+$")]
    private static partial Regex Several();
}
