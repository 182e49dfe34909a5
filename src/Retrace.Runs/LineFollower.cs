namespace Retrace.Runs;

/// <summary>Reads the lines of a file as they are added to it.</summary>
/// <remarks>
/// A run that resumes cuts its files and writes on. So a file that no longer holds the last line that was read, where
/// it was read, counts as another file, which is read from its beginning.
/// </remarks>
internal sealed class LineFollower(string path)
{
    /// <summary>The longest line that is passed on, in bytes; a longer one becomes an empty line.</summary>
    public const int LongestLine = 1 << 25;

    private const int Chunk = 1 << 16;

    private long _end; // Of the last line that was read.
    private byte[] _last = []; // That line, with its line break.

    /// <summary>Passes on all whole lines since the last call, without their line breaks.</summary>
    /// <param name="forget">Called first if lines that were passed on before are no longer in the file.</param>
    /// <param name="add">Receives the offset of a line, and its bytes, which are valid during the call only.</param>
    /// <returns>Whether anything has changed.</returns>
    public bool Read(Action forget, Action<long, ReadOnlyMemory<byte>> add)
    {
        try
        {
            using FileStream file = new(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            bool isAnother = !HoldsLastLine(file);
            if (isAnother)
            {
                (_end, _last) = (0, []);
                forget();
            }
            return ReadLines(file, add) || isAnother;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false; // Not there yet, or just being replaced: the next call sees.
        }
    }

    private bool HoldsLastLine(FileStream file)
    {
        if (file.Length < _end)
        {
            return false;
        }
        byte[] there = new byte[_last.Length];
        file.Position = _end - _last.Length;
        return file.ReadAtLeast(there, there.Length, throwOnEndOfStream: false) == there.Length
            && there.AsSpan().SequenceEqual(_last);
    }

    private bool ReadLines(FileStream file, Action<long, ReadOnlyMemory<byte>> add)
    {
        byte[] buffer = new byte[Chunk];
        int filled = 0; // Of a line that is not whole yet.
        bool isTooLong = false;
        long start = _end;
        bool hasRead = false;
        file.Position = start;
        while (file.Read(buffer, filled, buffer.Length - filled) is > 0 and int count)
        {
            int searched = filled;
            filled += count;
            int lineStart = 0;
            while (Array.IndexOf(buffer, (byte)'\n', searched, filled - searched) is >= 0 and int lineEnd)
            {
                int length = lineEnd - lineStart;
                add(start, isTooLong ? default : buffer.AsMemory(lineStart, length));
                _last = buffer[lineStart..(lineEnd + 1)];
                _end = file.Position - (filled - lineEnd - 1);
                (start, lineStart, searched) = (_end, lineEnd + 1, lineEnd + 1);
                (isTooLong, hasRead) = (false, true);
            }
            filled -= lineStart;
            Array.Copy(buffer, lineStart, buffer, 0, filled);
            if (filled > LongestLine)
            {
                (isTooLong, filled) = (true, 0);
            }
            else if (filled == buffer.Length)
            {
                Array.Resize(ref buffer, 2 * buffer.Length);
            }
        }
        return hasRead;
    }
}
