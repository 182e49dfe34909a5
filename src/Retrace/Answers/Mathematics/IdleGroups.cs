using System.Text;

namespace Retrace.Answers.Mathematics;

/// <summary>
/// Braces that are no command's argument and change nothing, as those of <c>\left\{ {1,2} \right\}</c> and
/// <c>{S_{ABC}} = 3</c>, which editors of formulas leave behind.
/// </summary>
internal static class IdleGroups
{
    /// <summary>
    /// The text without braces that fill a pair of brackets, a side of an equation or an item of a list.
    /// </summary>
    /// <param name="text">In the spelling of <see cref="LatexText"/>.</param>
    public static string Remove(string text)
    {
        if (text.Contains(@"\choose", StringComparison.Ordinal))
        {
            return text; // It reads the braces around it.
        }
        bool[] isIdle = new bool[text.Length];
        Stack<int> open = new();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '{')
            {
                open.Push(i);
            }
            else if (text[i] == '}' && open.TryPop(out int start))
            {
                (char before, char after) = (Before(text, start), After(text, i));
                bool fillsBrackets = before is '(' or '[' or '{' or '|' or LatexText.SetOpen
                    && after is ')' or ']' or '}' or '|' or LatexText.SetClose;
                bool isIndexed = after == '_' && i - start == 2 && char.IsAsciiLetter(text[start + 1]) // {S}_{ABC}
                    && before is not (']' or '}' or '_' or '^') && !char.IsAsciiLetterOrDigit(before);
                bool fillsSide = before is '\0' or '=' or ',' && after is '\0' or '=' or ','
                    && text.AsSpan(start, i - start).IndexOfAny(',', ';') < 0; // {1, 2} is one item, and a set.
                isIdle[start] = isIdle[i] = fillsBrackets || fillsSide || isIndexed;
            }
        }
        if (!isIdle.Contains(true))
        {
            return text;
        }
        StringBuilder kept = new(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (!isIdle[i])
            {
                kept.Append(text[i]);
            }
        }
        return kept.ToString().Trim();
    }

    private static char Before(string text, int position)
    {
        ReadOnlySpan<char> before = text.AsSpan(0, position).TrimEnd(' ');
        return before.Length == 0 ? '\0' : before[^1];
    }

    private static char After(string text, int position)
    {
        ReadOnlySpan<char> after = text.AsSpan(position + 1).TrimStart(' ');
        return after.Length == 0 ? '\0' : after[0];
    }
}
