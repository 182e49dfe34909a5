using System.Text.RegularExpressions;
using Retrace.Answers.Choices;
using Retrace.Answers.Mathematics;

namespace Retrace.Answers;

/// <summary>
/// Answers to a question with lettered choices: B, (B), B. 15 and 15 are one answer where 15 is the second choice.
/// </summary>
/// <remarks>
/// An answer stands for the letter it names; otherwise for the one choice that it is mathematically equal to. Letters
/// whose choices have the same text are one. An answer that names several letters, as "(A) or (B)", stands for none.
/// Answers that stand for no choice are compared mathematically.
/// </remarks>
public sealed partial class ChoiceEquivalence : IAnswerEquivalence
{
    private const int Letters = 26;

    private readonly MathematicalEquivalence _texts = new();
    private readonly IReadOnlyList<string> _choices;
    private readonly bool _closest;

    /// <param name="choices">Their texts, A first; empty where they are known from the image alone.</param>
    /// <param name="closest">
    /// Whether an answer that stands for no choice counts as the choice whose text has the smallest edit distance to
    /// it; of several, as the first.
    /// </param>
    public ChoiceEquivalence(IReadOnlyList<string> choices, bool closest = false)
    {
        _choices = choices;
        _closest = closest && choices.Count > 0;
    }

    public bool AreEqual(string first, string second) =>
        (LetterOf(first), LetterOf(second)) switch
        {
            (char left, char right) => left == right,
            (null, null) => _texts.AreEqual(first, second),
            _ => false,
        };

    public string CanonicalForm(string answer) =>
        LetterOf(answer) is char letter ? $"choice {letter}" : _texts.CanonicalForm(answer);

    /// <summary>The letter of the choice that an answer stands for, A to Z, or null.</summary>
    public char? LetterOf(string answer)
    {
        string plain = Wrapper().Replace(LostBackslashes.Restore(answer), "$1")
            .Trim(' ', '\t', '\n', '\r', '$', '*', '"', '“', '”', '【', '】');
        string unified = LatexText.Unify(plain);
        bool isHedge = ChoiceDescription.IsSeveral(unified);
        if (Lettered().Match(unified) is { Success: true } match)
        {
            int place = char.ToUpperInvariant(match.Groups["letter"].ValueSpan[0]) - 'A';
            string description = match.Groups["description"].Value.Trim();
            isHedge = ChoiceDescription.IsHedge((char)('A' + place), description)
                && (place >= _choices.Count
                    ? !ChoiceDescription.IsOfEarlier((char)('A' + place), description)
                    : description != LatexText.Unify(_choices[place]));
            if (!isHedge && place < (_choices.Count > 0 ? _choices.Count : Letters))
            {
                return LetterAt(place);
            }
        }
        int[] equal = [.. Enumerable.Range(0, _choices.Count).Where(i => _texts.AreEqual(_choices[i], plain))];
        char[] letters = [.. equal.Select(LetterAt).Distinct()];
        return letters.Length == 1 ? letters[0]
            : _closest && !isHedge ? LetterAt(ClosestTo(plain))
            : null;
    }

    // Of several choices with one text, the first one's.
    private char LetterAt(int place)
    {
        int first = Enumerable.Range(0, _choices.Count)
            .FirstOrDefault(i => _choices[i].Trim() == _choices[place].Trim(), place);
        return (char)('A' + first);
    }

    private int ClosestTo(string answer) =>
        Enumerable.Range(0, _choices.Count).MinBy(i => EditDistance(answer, _choices[i]));

    // Insertions, deletions and substitutions (Levenshtein 1966), one row of the table at a time.
    private static int EditDistance(string first, string second)
    {
        int[] row = [.. Enumerable.Range(0, second.Length + 1)];
        for (int i = 1; i <= first.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= second.Length; j++)
            {
                int substituted = diagonal + (first[i - 1] == second[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }

    [GeneratedRegex(@"\\(?:text|textbf|mathrm|mathbf)\s*\{([^{}]*)\}")]
    private static partial Regex Wrapper();

    // "B", "(b)", "[B]", "B.", "B. 15", "(B) 15", "option B", 选项B; a lower-case letter with nothing behind it.
    [GeneratedRegex(
        $@"^(?:{ChoiceLetter.Announcement})?(?:\((?<letter>[A-Za-z])\)"
        + @"(?:[\s.:](?<description>.*))?|(?<letter>[A-Z])(?:[.:)](?<description>.*)| ?选?项)?"
        + @"|(?<letter>[a-z])[.)]?|\[(?<letter>[A-Z])\])$",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Lettered();
}
