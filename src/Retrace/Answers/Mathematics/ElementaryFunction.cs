using System.Buffers;
using System.Text.RegularExpressions;

namespace Retrace.Answers.Mathematics;

/// <summary>
/// The functions that a text of <see cref="LatexText"/> may call: trigonometric and hyperbolic ones and their inverses,
/// logarithms and the exponential.
/// </summary>
internal static partial class ElementaryFunction
{
    /// <summary>The value of the function of a call, raised to the call's power.</summary>
    /// <param name="call">A match of <see cref="Call"/>.</param>
    /// <param name="argument">Angles in radians.</param>
    public static double Evaluate(Match call, double argument)
    {
        double value = call.Groups["name"].ValueSpan switch
        {
            "sin" => Math.Sin(argument),
            "cos" => Math.Cos(argument),
            "tan" => Math.Tan(argument),
            "sec" => 1 / Math.Cos(argument),
            "csc" => 1 / Math.Sin(argument),
            "cot" => 1 / Math.Tan(argument),
            "arcsin" => Math.Asin(argument),
            "arccos" => Math.Acos(argument),
            "arctan" => Math.Atan(argument),
            "arcsec" => Math.Acos(1 / argument),
            "arccsc" => Math.Asin(1 / argument),
            "arccot" => Math.PI / 2 - Math.Atan(argument), // From 0 to π, as ISO 80000-2 has it.
            "sinh" => Math.Sinh(argument),
            "cosh" => Math.Cosh(argument),
            "tanh" => Math.Tanh(argument),
            "coth" => 1 / Math.Tanh(argument),
            "arcsinh" or "arsinh" => Math.Asinh(argument),
            "arccosh" or "arcosh" => Math.Acosh(argument),
            "arctanh" or "artanh" => Math.Atanh(argument),
            "arccoth" or "arcoth" => Math.Atanh(1 / argument),
            "ln" => Math.Log(argument),
            "exp" => Math.Exp(argument),
            _ => Math.Log(
                argument, call.Groups["base"].Success ? int.Parse(call.Groups["base"].ValueSpan) : 10),
        };
        return call.Groups["exponent"].Success ? Math.Pow(value, int.Parse(call.Groups["exponent"].ValueSpan)) : value;
    }

    /// <summary>Whether the value is an angle, as that of an inverse trigonometric function.</summary>
    /// <param name="call">A match of <see cref="Call"/>.</param>
    public static bool IsAngle(Match call) =>
        !call.Groups["exponent"].Success
        && call.Groups["name"].ValueSpan is "arcsin" or "arccos" or "arctan" or "arcsec" or "arccsc" or "arccot";

    /// <summary>
    /// The text with backslashes before functions that are written as <c>\operatorname{arsinh}</c>, or without any where
    /// the name can mean nothing else: arctg x, tg(x). Linear in its length.
    /// </summary>
    public static string WithBackslashes(string text)
    {
        text = text.Contains('{') ? Operator().Replace(text, @"\${name} ") : text;
        return text.AsSpan().ContainsAny(EuropeanEndings) ? European().Replace(text, @"\${name}") : text;
    }

    private static readonly SearchValues<string> EuropeanEndings =
        SearchValues.Create(["tg", "lg"], StringComparison.Ordinal);

    // sh, ch and th may be ends of words, as in 5^{\mathrm{th}}, and sec a second.
    [GeneratedRegex(
        @"\\(?:operatorname\*? *\{ *(?<name>(?:sh|ch|th|sec|" + Names + @"))|mathrm *\{ *(?<name>" + Names + @")) *\} ?",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Operator();

    [GeneratedRegex(
        @"(?<![\\a-zA-Z])(?<name>arcc?tg|arccotg|(?:tg|ctg|cotg|lg)(?= *[(^√π0-9]| *\\[a-z]| +[a-zα-ω](?![a-zA-Z])))(?![a-zA-Z])",
        RegexOptions.ExplicitCapture)]
    private static partial Regex European();

    /// <summary>
    /// Names of functions that are no other words, for regular expressions: those of <see cref="Call"/>, and European
    /// ones.
    /// </summary>
    public const string Names =
        "arc(?:(?:sin|cos|tan|cot)h?|sec|csc|c?tg|cotg)|ar(?:sin|cos|tan|cot)h|(?:sin|cos|tan|cot)h?|csc|cosec|c?tg|cotg"
        + "|arc?[cst]h|ln|lg|log|exp";

    /// <summary>A function's name with its base and power: <c>\sin</c>, sin^2, log_2.</summary>
    [GeneratedRegex(
        @"\G *\\?(?<name>arc(?:(?:sin|cos|tan|cot)h?|sec|csc)|ar(?:sin|cos|tan|cot)h|(?:sin|cos|tan|cot)h?"
        + @"|(?<=\\)sec|csc|ln|log|exp)(?![a-zA-Z])" // Without its backslash, sec is a second.
        + @"(?: ?_ ?(?:(?<base>[0-9])|\{ *(?<base>[0-9]{1,4}) *\}))?"
        + @"(?: ?\^ ?(?:(?<exponent>[0-9])|\{ *(?<exponent>[0-9]) *\}))?",
        RegexOptions.ExplicitCapture)]
    public static partial Regex Call();
}
