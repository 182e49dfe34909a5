using System.Text;

namespace Retrace.Models.Text;

/// <summary>
/// The text of tokens as they come, special ones left out. A character whose bytes are spread over several tokens
/// appears when it is whole; all parts together are what <see cref="Tokenizer.Decode"/> gives for all tokens together.
/// </summary>
public sealed class TextStream(Tokenizer tokenizer)
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    /// <summary>Returns the text that one more token completes.</summary>
    public string Append(int id) => tokenizer.IsSpecial(id) ? "" : Decode(tokenizer.TokenBytes(id), isEnd: false);

    /// <summary>Returns the rest at the end: U+FFFD for a character that never became whole.</summary>
    public string End() => Decode([], isEnd: true);

    private string Decode(byte[] bytes, bool isEnd)
    {
        char[] characters = new char[_decoder.GetCharCount(bytes, 0, bytes.Length, isEnd)];
        _decoder.GetChars(bytes, 0, bytes.Length, characters, 0, isEnd);
        return new string(characters);
    }
}
