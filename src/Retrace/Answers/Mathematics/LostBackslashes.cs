using System.Text.RegularExpressions;

namespace Retrace.Answers.Mathematics;

/// <summary>
/// Gives LaTeX commands the backslash back that JSON or Python took: where a string is read without escaping, <c>\f</c>
/// of <c>\frac</c> becomes a form feed, <c>\t</c> of <c>\times</c> a tab.
/// </summary>
/// <remarks>
/// Only the control character in front of the rest of a known command's name is one. Tabs and line breaks are also
/// written on purpose, so rests that are words or variables themselves do not count: a line break before "e" is no
/// <c>\ne</c>.
/// </remarks>
internal static partial class LostBackslashes
{
    private const string Escapes = "abfnrtv";
    private const string Controls = "\a\b\f\n\r\t\v";

    /// <summary>The text with these commands as they were written.</summary>
    public static string Restore(string text) =>
        text.AsSpan().IndexOfAny(Controls) < 0 ? text : Command().Replace(
            text, command => "\\" + Escapes[Controls.IndexOf(command.Value[0])] + command.Value[1..]);

    [GeneratedRegex(
        @"(?:\a(?:lpha|ngle|pprox|rcsin|rccos|rctan|rccot|rcc?tg|rc|st)"
        + @"|[\b](?:ackslash|ar|ecause|eta|egin|igcap|igcup|igg?[lr]?|inom|m|oldsymbol|oxed|ullet)"
        + @"|\f(?:box|rac|ramebox|rown)"
        + @"|\n(?:abla|eq|otin)"
        + @"|\r(?:angle|brace|ceil|floor|ho|ight|ightarrow|vert)"
        + @"|\t(?:au|binom|ext(?:bf|it|rm|sf|tt|style)?|frac|heta|herefore|ilde|imes|riangle|anh)"
        + @"|\v(?:arnothing|arphi|artheta|artriangle|ec|ee|ert))(?![a-zA-Z])"
        + @"|\tan(?= *[\\^({0-9]| +[a-zA-Z](?![a-zA-Z])|\theta(?![a-zA-Z]))")]
    private static partial Regex Command();
}
