using Retrace.Answers.Mathematics;

namespace Retrace.Answers;

/// <summary>Finds the final answer of a response: the content of its last balanced box.</summary>
/// <remarks>
/// A box is <c>\boxed{…}</c>, or <c>\fbox</c>, <c>\framebox</c> and <c>\mathbox</c>, which models write as well. Its
/// backslash may have been lost where <c>\b</c> or <c>\f</c> was read as a control character.
/// </remarks>
public static class AnswerExtractor
{
    // The optional arguments of \framebox[3cm][c]{…}.
    private const int MaxOptions = 2;
    private const int MaxOptionLength = 32;

    private static readonly string[] Openings =
        ["\\boxed", "\\fbox", "\\framebox", "\\mathbox", "\boxed", "\fbox", "\framebox"];

    /// <summary>The content of the last balanced box, trimmed; null when there is none or it is empty.</summary>
    /// <remarks>Braces nest, and escaped ones (<c>\{</c>, <c>\}</c>) do not count. Linear in the response.</remarks>
    public static string? Extract(string response)
    {
        (int start, int end) = LastBalancedBox(response);
        if (start < 0)
        {
            return null;
        }
        // Trimmed as it is, the content would lose the form feed that is left of the backslash and f of \frac.
        string content = response[(start + OpeningLength(response, start))..end];
        string answer = LostBackslashes.Restore(content).Trim();
        return answer.Length == 0 ? null : answer;
    }

    /// <summary>
    /// The index of the character at which the final answer begins: the start of the last balanced box, or −1.
    /// </summary>
    public static int AnswerStart(string response) => LastBalancedBox(response).Start;

    /// <summary>The index of the first box, closed or not, or −1.</summary>
    /// <remarks>An anchor has to lie before it: a prefix that keeps any box gives an answer away.</remarks>
    public static int FirstBoxStart(string response)
    {
        for (int start = 0; ; start++)
        {
            int next = response.AsSpan(start).IndexOfAny('\\', '\b', '\f');
            if (next < 0)
            {
                return -1;
            }
            start += next;
            if (OpeningLength(response, start) > 0)
            {
                return start;
            }
        }
    }

    // Start: of the box's command; End: of its closing brace. Of several balanced boxes, the one that opens last.
    private static (int Start, int End) LastBalancedBox(string response)
    {
        (int Start, int End) last = (-1, -1);
        Stack<int> open = new(); // Where each open brace's box starts; −1 for a plain brace.
        int position = 0;
        while (position < response.Length)
        {
            switch (response[position])
            {
                case '\\' or '\b' or '\f' when OpeningLength(response, position) is > 0 and int length:
                    open.Push(position);
                    position += length;
                    continue;
                case '\\' when position + 1 < response.Length && IsEscaped(response, position + 1):
                    position += 2;
                    continue;
                case '{':
                    open.Push(-1);
                    break;
                case '}' when open.TryPop(out int start) && start > last.Start:
                    last = (start, position);
                    break;
            }
            position++;
        }
        return last;
    }

    // Of the command with its options and the brace behind it; 0 if no box begins here.
    private static int OpeningLength(string response, int start)
    {
        int position = 0;
        foreach (string opening in Openings)
        {
            if (string.CompareOrdinal(response, start, opening, 0, opening.Length) == 0)
            {
                position = AfterSpaces(response, start + opening.Length);
                break;
            }
        }
        if (position == 0)
        {
            return 0;
        }
        for (int i = 0; i < MaxOptions && position < response.Length && response[position] == '['; i++)
        {
            int close = response.IndexOf(']', position, Math.Min(MaxOptionLength, response.Length - position));
            if (close < 0)
            {
                return 0;
            }
            position = AfterSpaces(response, close + 1);
        }
        return position < response.Length && response[position] == '{' ? position + 1 - start : 0;
    }

    private static int AfterSpaces(string response, int position)
    {
        while (position < response.Length && response[position] == ' ')
        {
            position++;
        }
        return position;
    }

    // "\\" is a line break in LaTeX and escapes no brace after it, but "\\boxed{" is taken for a box, escaped twice.
    private static bool IsEscaped(string response, int position) =>
        response[position] is '{' or '}' || (response[position] == '\\' && OpeningLength(response, position) == 0);
}
