namespace Retrace.Models.Text;

/// <summary>
/// The characters that stand for bytes in the vocabulary of a byte-level BPE (GPT-2's): a printable byte of Latin-1 is
/// its own character, the others take the characters from U+0100 on, so that a space is 'Ġ' and a line break 'Ċ'.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] CharacterOfByte = new char[256];
    private static readonly Dictionary<char, byte> ByteOfCharacter = [];

    static ByteAlphabet()
    {
        int next = 0x100;
        for (int value = 0; value < 256; value++)
        {
            bool printable = value is (>= '!' and <= '~') or (>= '¡' and <= '¬') or (>= '®' and <= 'ÿ');
            CharacterOfByte[value] = printable ? (char)value : (char)next++;
            ByteOfCharacter.Add(CharacterOfByte[value], (byte)value);
        }
        Characters = [.. CharacterOfByte.Order()];
    }

    /// <summary>The 256 characters as vocabularies number them: the printable bytes first, then the others.</summary>
    public static IReadOnlyList<char> Characters { get; }

    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        char[] characters = new char[bytes.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            characters[i] = CharacterOfByte[bytes[i]];
        }
        return new string(characters);
    }

    /// <summary>The bytes a token stands for; null if a character stands for none.</summary>
    public static byte[]? Decode(string token)
    {
        byte[] bytes = new byte[token.Length];
        for (int i = 0; i < token.Length; i++)
        {
            if (!ByteOfCharacter.TryGetValue(token[i], out bytes[i]))
            {
                return null;
            }
        }
        return bytes;
    }
}
