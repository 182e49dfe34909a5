namespace Retrace.Data.Json;

/// <summary>The lines of a file as bytes, one at a time, so that places in the file can be told.</summary>
internal static class ByteLines
{
    private const int Chunk = 1 << 16;

    /// <summary>Reads the lines without their line breaks, which are single newlines.</summary>
    /// <param name="longest">The most bytes of a line.</param>
    /// <exception cref="InvalidDataException">A line is longer. No more of it than that is held.</exception>
    /// <returns>Also whether there was a line break; only the last line may have none.</returns>
    public static IEnumerable<(byte[] Bytes, bool IsWhole)> Of(Stream stream, int longest)
    {
        byte[] chunk = new byte[Chunk];
        using MemoryStream line = new();
        while (stream.Read(chunk) is > 0 and int count)
        {
            int start = 0;
            while (Array.IndexOf(chunk, (byte)'\n', start, count - start) is >= 0 and int end)
            {
                Append(chunk.AsSpan(start, end - start));
                yield return (line.ToArray(), true);
                line.SetLength(0);
                start = end + 1;
            }
            Append(chunk.AsSpan(start, count - start));
        }
        if (line.Length > 0)
        {
            yield return (line.ToArray(), false);
        }

        void Append(ReadOnlySpan<byte> piece)
        {
            if (line.Length + piece.Length > longest)
            {
                throw new InvalidDataException($"is longer than {longest} bytes");
            }
            line.Write(piece);
        }
    }
}
