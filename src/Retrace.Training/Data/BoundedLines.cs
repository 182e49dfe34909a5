using System.Text;

namespace Retrace.Training.Data;

/// <summary>Reads a text's lines, none of which may be longer than so many characters.</summary>
/// <param name="reader">The text.</param>
/// <param name="most">Characters of a line.</param>
internal sealed class BoundedLines(TextReader reader, int most)
{
    private readonly char[] _buffer = new char[1 << 16];
    private int _next;
    private int _filled;

    /// <summary>The next line, without its line break; null at the end.</summary>
    /// <exception cref="InvalidDataException">It is too long. No more of it than that is read.</exception>
    public string? Read()
    {
        StringBuilder? begun = null;
        while (_next < _filled || Fill())
        {
            ReadOnlySpan<char> rest = _buffer.AsSpan(_next, _filled - _next);
            int end = rest.IndexOf('\n');
            ReadOnlySpan<char> piece = end < 0 ? rest : rest[..end];
            _next += end < 0 ? rest.Length : end + 1;
            if ((begun?.Length ?? 0) + piece.Length > most)
            {
                throw new InvalidDataException($"is longer than {most} characters");
            }
            if (end >= 0 && begun is null)
            {
                return piece.TrimEnd('\r').ToString();
            }
            begun = (begun ?? new StringBuilder()).Append(piece);
            if (end >= 0)
            {
                break;
            }
        }
        return begun?.ToString().TrimEnd('\r');
    }

    private bool Fill()
    {
        (_next, _filled) = (0, reader.Read(_buffer));
        return _filled > 0;
    }
}
