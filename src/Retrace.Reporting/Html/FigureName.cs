using System.Text;

namespace Retrace.Reporting.Html;

/// <summary>The names of figures, which their files get, too.</summary>
internal static class FigureName
{
    private const int Longest = 80;

    /// <summary>Turns a text into a name of small letters, digits, dots and hyphens.</summary>
    public static string Of(string text)
    {
        StringBuilder name = new();
        foreach (char character in text.ToLowerInvariant())
        {
            bool isPlain = char.IsAsciiLetterOrDigit(character) || (character == '.' && name.Length > 0);
            if (isPlain || (name.Length > 0 && name[^1] != '-'))
            {
                name.Append(isPlain ? character : '-');
            }
        }
        name.Length = Math.Min(name.Length, Longest);
        return name.ToString().TrimEnd('-', '.') is { Length: > 0 } plain ? plain : "run";
    }
}
