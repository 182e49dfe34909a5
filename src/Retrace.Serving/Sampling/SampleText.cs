using System.Text;
using Retrace.Models.Text;

namespace Retrace.Serving.Sampling;

/// <summary>Turns the tokens of a sample into text as they arrive, up to the first complete stop string.</summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="stops">Strings at which the sample ends; none of them empty.</param>
internal sealed class SampleText(Tokenizer tokenizer, IReadOnlyList<string> stops)
{
    private readonly TextStream _stream = new(tokenizer);
    private readonly StringBuilder _held = new(); // May be the beginning of a stop string.

    /// <summary>The stop string that has ended the sample; null until then.</summary>
    public string? Stop { get; private set; }

    /// <summary>Number of tokens read, including the one that completed the stop string.</summary>
    public int Tokens { get; private set; }

    /// <summary>Reads one more token and returns the text that can be shown; empty after the stop string.</summary>
    public string Append(int token)
    {
        if (Stop is not null)
        {
            return "";
        }
        Tokens++;
        return Release(_stream.Append(token), atEnd: false);
    }

    /// <summary>Returns the text held back, once no more tokens come.</summary>
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

    // Length of the longest end of the text that could be the beginning of a stop string.
    private int LongestBeginning(string text) => stops
        .SelectMany(stop => Enumerable.Range(1, stop.Length - 1).Where(length =>
            text.AsSpan().EndsWith(stop.AsSpan(0, length), StringComparison.Ordinal)))
        .DefaultIfEmpty(0)
        .Max();
}
