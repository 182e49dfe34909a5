namespace Retrace.Answers;

/// <summary>Finds the final answer of a response: what stands in its last balanced <c>\boxed{…}</c>.</summary>
public static class AnswerExtractor
{
    private const string Opening = @"\boxed{";

    /// <summary>
    /// The content of the last balanced <c>\boxed{…}</c>, trimmed; null when there is none or it is empty.
    /// </summary>
    /// <remarks>Braces nest, and escaped ones (<c>\{</c>, <c>\}</c>) do not count. Linear in the response.</remarks>
    public static string? Extract(string response)
    {
        (int start, int end) = LastBalancedBox(response);
        if (start < 0)
        {
            return null;
        }
        string answer = response[(start + Opening.Length)..end].Trim();
        return answer.Length == 0 ? null : answer;
    }

    /// <summary>
    /// The index of the character at which the final answer begins: the start of the last balanced <c>\boxed{</c>, or
    /// −1.
    /// </summary>
    public static int AnswerStart(string response) => LastBalancedBox(response).Start;

    /// <summary>The index of the first <c>\boxed{</c>, closed or not, or −1.</summary>
    /// <remarks>An anchor has to lie before it: a prefix that keeps any box gives an answer away.</remarks>
    public static int FirstBoxStart(string response) => response.IndexOf(Opening, StringComparison.Ordinal);

    // Start: of the "\boxed{"; End: of its closing brace. Of several balanced boxes, the one that opens last.
    private static (int Start, int End) LastBalancedBox(string response)
    {
        (int Start, int End) last = (-1, -1);
        Stack<int> open = new(); // Where each open brace's box starts; −1 for a plain brace.
        int position = 0;
        while (position < response.Length)
        {
            switch (response[position])
            {
                case '\\' when IsBox(response, position):
                    open.Push(position);
                    position += Opening.Length;
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

    private static bool IsBox(string response, int position) =>
        string.CompareOrdinal(response, position, Opening, 0, Opening.Length) == 0;

    // "\\" is a line break in LaTeX and escapes no brace after it, but "\\boxed{" is taken for a box, escaped twice.
    private static bool IsEscaped(string response, int position) =>
        response[position] is '{' or '}' || (response[position] == '\\' && !IsBox(response, position));
}
