using System.Text;
using Retrace.Models.Text;

namespace Retrace.Serving.Drawing;

/// <summary>The text of a sample as its tokens come, up to the stop string that is complete first.</summary>
/// <param name="tokenizer">Of the model.</param>
/// <param name="stops">Strings at which the sample ends; none of them empty.</param>
internal sealed class SampleText(Tokenizer tokenizer, IReadOnlyList<string> stops)
{
    private readonly TextStream _stream = new(tokenizer);
    private readonly StringBuilder _held = new(); // May be the beginning of a stop string.

    /// <summary>The stop string that it has come to; null before.</summary>
    public string? Stop { get; private set; }

    /// <summary>Tokens read, that which completed the stop string included.</summary>
    public int Tokens { get; private set; }

    /// <summary>The text that can be shown after one more token; none after the stop string.</summary>
    public string Append(int token)
    {
        if (Stop is not null)
        {
            return "";
        }
        Tokens++;
        return Release(_stream.Append(token), atEnd: false);
    }

    /// <summary>What is left when no more tokens come.</summary>
    public string End() => Stop is null ? Release(_stream.End(), atEnd: true) : "";

    private string Release(string more, bool atEnd)
    {
        string text = _held.Append(more).ToString();
        (int at, string? stop) = stops
            .Select(candidate => (At: text.IndexOf(candidate, StringComparison.Ordinal), Stop: (string?)candidate))
            .Where(found => found.At >= 0)
            .OrderBy(found => found.At + found.Stop!.Length)
            .ThenBy(found => found.At)
            .FirstOrDefault((-1, null));
        Stop = stop;
        int shown = stop is not null ? at : atEnd ? text.Length : text.Length - LongestBeginning(text);
        _held.Remove(0, shown);
        return text[..shown];
    }

    // Characters at the end that a stop string may begin with.
    private int LongestBeginning(string text) => stops
        .SelectMany(stop => Enumerable.Range(1, stop.Length - 1).Where(length =>
            text.AsSpan().EndsWith(stop.AsSpan(0, length), StringComparison.Ordinal)))
        .DefaultIfEmpty(0)
        .Max();
}
