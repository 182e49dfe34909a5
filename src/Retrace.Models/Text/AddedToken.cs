using System.Text.RegularExpressions;

namespace Retrace.Models.Text;

/// <summary>A token that is found in the text as it stands, before anything is split or merged.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text, such as <c>&lt;|im_start|&gt;</c>.</param>
/// <param name="Special">Whether it is left out when ids are turned back into readable text.</param>
public sealed record AddedToken(int Id, string Content, bool Special)
{
    /// <summary>An expression for any of them, the longer of two that begin alike first.</summary>
    internal static Regex? PatternOfAny(IEnumerable<string> contents)
    {
        string[] longestFirst = [.. contents.OrderByDescending(content => content.Length).Select(Regex.Escape)];
        return longestFirst.Length == 0 ? null : new Regex(string.Join('|', longestFirst), RegexOptions.CultureInvariant);
    }
}
