using System.Buffers;
using System.Text;
using Retrace.Models.Text;

namespace Retrace.Models.Families.Qwen;

/// <summary>
/// Splits text into the pieces within which bytes are merged, as Qwen2's regular expression does.
/// </summary>
/// <remarks>
/// Written by hand and not with <see cref="System.Text.RegularExpressions.Regex"/>, which sees a character beyond U+FFFF
/// as two symbols where the reference sees one letter, digit or symbol.
/// </remarks>
internal sealed class Qwen2TokenizerRules : TokenizerRules
{
    /// <summary>The expression, as a constant.</summary>
    public const string Expression =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    // The long s counts as an s when case is ignored; OrdinalIgnoreCase does not see that.
    private static readonly string[] Contractions = ["'s", "'\u017F", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    public override string Name => "Qwen2";

    public override string Pattern => Expression;

    public override string TokenizerClass => "Qwen2Tokenizer";

    public override IReadOnlyList<(int Offset, int Length)> Split(ReadOnlySpan<char> text)
    {
        var pieces = new List<(int Offset, int Length)>();
        int start = 0;
        while (start < text.Length)
        {
            int length = PieceLength(text[start..]);
            pieces.Add((start, length));
            start += length;
        }
        return pieces;
    }

    // The alternatives of the expression, in its order.
    private static int PieceLength(ReadOnlySpan<char> text)
    {
        foreach (string contraction in Contractions)
        {
            if (text.StartsWith(contraction, StringComparison.OrdinalIgnoreCase))
            {
                return contraction.Length;
            }
        }
        int first = RuneLength(text);
        if (IsLetter(text))
        {
            return LettersEnd(text, first);
        }
        if (IsNumber(text))
        {
            return first;
        }
        if (!IsLineBreak(text) && IsLetter(text[first..]))
        {
            return LettersEnd(text, first);
        }
        int symbols = text[0] == ' ' ? 1 : 0;
        if (IsSymbol(text[symbols..]))
        {
            return SymbolsEnd(text, symbols);
        }
        return WhiteSpaceLength(text);
    }

    private static int LettersEnd(ReadOnlySpan<char> text, int end)
    {
        while (IsLetter(text[end..]))
        {
            end += RuneLength(text[end..]);
        }
        return end;
    }

    private static int SymbolsEnd(ReadOnlySpan<char> text, int end)
    {
        while (IsSymbol(text[end..]))
        {
            end += RuneLength(text[end..]);
        }
        while (IsLineBreak(text[end..]))
        {
            end++;
        }
        return end;
    }

    // \s*[\r\n]+, then \s+(?!\S), then \s+: up to the last line break; else all but the last space before a word.
    private static int WhiteSpaceLength(ReadOnlySpan<char> text)
    {
        int end = 0;
        int afterLineBreak = 0;
        while (end < text.Length && IsSpace(text[end..]))
        {
            end++; // no white space lies beyond U+FFFF
            if (text[end - 1] is '\r' or '\n')
            {
                afterLineBreak = end;
            }
        }
        if (afterLineBreak > 0)
        {
            return afterLineBreak;
        }
        return end < text.Length && end > 1 ? end - 1 : end;
    }

    private static int RuneLength(ReadOnlySpan<char> text)
    {
        Rune.DecodeFromUtf16(text, out _, out int length);
        return length;
    }

    private static bool IsLetter(ReadOnlySpan<char> text) => TryFirst(text, out Rune rune) && Rune.IsLetter(rune);

    private static bool IsNumber(ReadOnlySpan<char> text) => TryFirst(text, out Rune rune) && Rune.IsNumber(rune);

    private static bool IsSpace(ReadOnlySpan<char> text) => TryFirst(text, out Rune rune) && Rune.IsWhiteSpace(rune);

    private static bool IsLineBreak(ReadOnlySpan<char> text) => !text.IsEmpty && text[0] is '\r' or '\n';

    private static bool IsSymbol(ReadOnlySpan<char> text) => TryFirst(text, out Rune rune)
        && !Rune.IsWhiteSpace(rune) && !Rune.IsLetter(rune) && !Rune.IsNumber(rune);

    // A lone surrogate decodes to U+FFFD, a symbol.
    private static bool TryFirst(ReadOnlySpan<char> text, out Rune rune) =>
        Rune.DecodeFromUtf16(text, out rune, out _) != OperationStatus.NeedMoreData || !text.IsEmpty;
}
