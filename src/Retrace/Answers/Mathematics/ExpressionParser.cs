using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Retrace.Answers.Mathematics;

/// <summary>
/// Reads and evaluates the number that a text of <see cref="LatexText"/> begins with: + − * / ^, implied products,
/// brackets, absolute values, fractions, mixed numbers, roots, π, the trigonometric functions and their inverses, ln,
/// log and exp.
/// </summary>
/// <remarks>
/// Recursive descent without backtracking; nesting is bounded, so that no text can exhaust the stack. With values for
/// variables, every letter is one, save that e is Euler's number.
/// </remarks>
internal sealed partial class ExpressionParser
{
    private const int MaxDepth = 64;

    private readonly string _text;
    private readonly Func<string, double>? _valueOf; // Of a variable, by its name.
    private int _position;
    private int _depth;
    private bool _isArgument; // Of a function.

    private ExpressionParser(string text, Func<string, double>? valueOf)
    {
        _text = text;
        _valueOf = valueOf;
    }

    private char Current => _position < _text.Length ? _text[_position] : '\0';

    /// <summary>
    /// The value of the longest expression at the start; <see cref="Number.Undefined"/> if there is none.
    /// </summary>
    /// <param name="text">The unified text.</param>
    /// <param name="length">How many characters it took.</param>
    public static Number Parse(string text, out int length)
    {
        ExpressionParser parser = new(text, valueOf: null);
        Number value = parser.Sum();
        length = parser._position;
        return value;
    }

    /// <summary>The value of the whole text, which may hold variables; undefined if it is no expression.</summary>
    /// <param name="text">The unified text.</param>
    /// <param name="valueOf">The value of a variable, by its name.</param>
    public static Number Evaluate(string text, Func<string, double> valueOf)
    {
        ExpressionParser parser = new(text, valueOf);
        Number value = parser.Sum();
        parser.SkipSpaces();
        return parser._position == text.Length ? value : Number.Undefined;
    }

    private Number Sum()
    {
        bool negative = TakeSign();
        Number sum = Product();
        sum = negative ? -sum : sum;
        while (sum.IsDefined && NextAfterSpaces() is '+' or '-')
        {
            SkipSpaces();
            negative = TakeSign();
            Number product = Product();
            sum = negative ? sum - product : sum + product;
        }
        return sum;
    }

    private bool TakeSign()
    {
        bool negative = false;
        for (SkipSpaces(); Current is '+' or '-'; SkipSpaces())
        {
            negative ^= Current == '-';
            _position++;
        }
        return negative;
    }

    private Number Product()
    {
        Number product = Factor();
        while (product.IsDefined)
        {
            char next = NextAfterSpaces();
            if (next is '*' or '/')
            {
                SkipSpaces();
                _position++;
                bool negative = TakeSign();
                Number factor = Factor();
                factor = negative ? -factor : factor;
                product = next == '*' ? product * factor : product / factor;
            }
            else if (IsImpliedFactor(next) || NextPower().IsMatch(_text, _position))
            {
                product *= Factor();
            }
            else
            {
                break;
            }
        }
        return product;
    }

    // "2(cm)" and "2{cm}" are no products; a unit follows. Where there are variables, there are no units.
    private bool IsImpliedFactor(char next) =>
        next is '√' or 'π'
        || (next is '(' or '{' && (_valueOf is not null || !BracketedWord().IsMatch(_text, _position)))
        || ((next == '\\' || char.IsLetter(next))
            && (FractionCommand().IsMatch(_text, _position)
                || FunctionName().IsMatch(_text, _position)
                || IsVariable()));

    private bool IsVariable() => _valueOf is not null && Variable().IsMatch(_text, _position);

    private Number Factor()
    {
        Number factor = InRadians(Primary());
        if (factor.IsDefined && NextAfterSpaces() == '^')
        {
            SkipSpaces();
            _position++;
            bool negative = TakeSign();
            Number exponent = Nested(Factor);
            factor = exponent.IsDefined ? Number.Power(factor, negative ? -exponent : exponent) : exponent;
        }
        return factor;
    }

    private Number Primary()
    {
        SkipSpaces();
        switch (Current)
        {
            case '(':
                return Bracketed(')');
            case '{':
                return Bracketed('}');
            case '|':
                return Number.Abs(Bracketed('|'));
            case 'π':
                _position++;
                return Number.Pi;
            case '√':
                _position++;
                return Root();
            case '\\' when FractionCommand().IsMatch(_text, _position):
                return Fraction();
            default:
                return Current != '\\' && !char.IsLetter(Current) ? Literal()
                    : FunctionName().IsMatch(_text, _position) ? Function()
                    : IsVariable() ? VariableValue()
                    : Number.Undefined;
        }
    }

    private Number Bracketed(char close)
    {
        _position++;
        Number value = Nested(Sum);
        SkipSpaces();
        if (Current != close)
        {
            return Number.Undefined;
        }
        _position++;
        return value;
    }

    // √{3}, √(3), √3, √12, √[3]{8}
    private Number Root()
    {
        int degree = 2;
        Match match = RootDegree().Match(_text, _position);
        if (match.Success)
        {
            degree = int.Parse(match.Groups[1].ValueSpan);
            _position += match.Length;
        }
        Number radicand = Nested(Primary);
        return radicand.IsDefined ? Number.Root(radicand, degree) : radicand;
    }

    // sin x, sin(x), sin 30°, sin^2 x, log_2 8
    private Number Function()
    {
        Match match = FunctionName().Match(_text, _position);
        _position += match.Length;
        double exponent = match.Groups["exponent"].Success ? int.Parse(match.Groups["exponent"].ValueSpan) : 1;
        double @base = match.Groups["base"].Success ? int.Parse(match.Groups["base"].ValueSpan) : 10;
        SkipSpaces();
        bool isNested = _isArgument;
        _isArgument = true;
        Number argument = InRadians(Nested(Current == '(' ? Primary : ImpliedProduct));
        _isArgument = isNested;
        if (!argument.IsDefined)
        {
            return Number.Undefined;
        }
        double value = argument.Value;
        return Number.Approximate(Math.Pow(
            match.Groups["name"].ValueSpan switch
            {
                "sin" => Math.Sin(value),
                "cos" => Math.Cos(value),
                "tan" => Math.Tan(value),
                "sec" => 1 / Math.Cos(value),
                "csc" => 1 / Math.Sin(value),
                "cot" => 1 / Math.Tan(value),
                "arcsin" => Math.Asin(value),
                "arccos" => Math.Acos(value),
                "arctan" => Math.Atan(value),
                "ln" => Math.Log(value),
                "exp" => Math.Exp(value),
                _ => Math.Log(value, @base),
            },
            exponent));
    }

    // Within an argument, degrees are a factor; elsewhere they are a unit.
    private Number InRadians(Number value)
    {
        if (!_isArgument || Current != '°')
        {
            return value;
        }
        _position++;
        return value * Number.Approximate(Math.PI / 180);
    }

    // As far as the next function: sin a cos b is sin(a) cos(b).
    private Number ImpliedProduct()
    {
        Number product = Factor();
        while (product.IsDefined
            && IsImpliedFactor(NextAfterSpaces())
            && !FunctionName().IsMatch(_text, _position))
        {
            product *= Factor();
        }
        return product;
    }

    private Number VariableValue()
    {
        Match match = Variable().Match(_text, _position);
        _position += match.Length;
        string name = string.Concat(match.Value.Where(letter => letter is not (' ' or '{' or '}'))).ToLowerInvariant();
        return Number.Approximate(name == "e" ? Math.E : _valueOf!(name));
    }

    // \frac{1}{2}, \frac12, \frac1{2}
    private Number Fraction()
    {
        _position += FractionCommand().Match(_text, _position).Length;
        Number numerator = Argument();
        return numerator.IsDefined ? numerator / Argument() : numerator;
    }

    private Number Argument()
    {
        SkipSpaces();
        if (char.IsAsciiDigit(Current))
        {
            int digit = Current - '0';
            _position++;
            return digit;
        }
        return Current is '{' or 'π' or '√' or '(' || IsVariable() ? Nested(Primary) : Number.Undefined;
    }

    private Number Nested(Func<Number> rule)
    {
        if (_depth == MaxDepth)
        {
            return Number.Undefined;
        }
        _depth++;
        Number value = rule();
        _depth--;
        return value;
    }

    private Number Literal()
    {
        Match match = DecimalLiteral().Match(_text, _position);
        if (!match.Success)
        {
            return Number.Undefined;
        }
        _position += match.Length;
        string whole = match.Groups["whole"].Value.Replace(" ", "").Replace(",", "");
        string decimals = match.Groups["decimals"].Value;
        Number value = Number.Decimal("0" + whole + decimals, decimals.Length);
        if (match.Groups["exponent"].Success)
        {
            return value * Number.Power(10, int.Parse(match.Groups["exponent"].ValueSpan));
        }
        return decimals.Length == 0 ? value + MixedPart() : value;
    }

    // The fraction of a mixed number, "1/2" or "\frac{1}{2}" right behind its whole part; 0 if there is none. An
    // improper fraction is none: it is a factor.
    private Number MixedPart()
    {
        Match match = MixedFraction().Match(_text, _position);
        if (!match.Success)
        {
            return 0;
        }
        BigInteger numerator = BigInteger.Parse(match.Groups["numerator"].ValueSpan, CultureInfo.InvariantCulture);
        BigInteger denominator = BigInteger.Parse(match.Groups["denominator"].ValueSpan, CultureInfo.InvariantCulture);
        if (numerator >= denominator)
        {
            return 0;
        }
        _position += match.Length;
        return (Number)numerator / denominator;
    }

    private char NextAfterSpaces()
    {
        int position = _position;
        while (position < _text.Length && _text[position] == ' ')
        {
            position++;
        }
        return position < _text.Length ? _text[position] : '\0';
    }

    private void SkipSpaces()
    {
        while (Current == ' ')
        {
            _position++;
        }
    }

    // Thousands may be set apart by commas, or by spaces unless a fraction follows, as in the mixed number 1 234/567.
    [GeneratedRegex(
        @"\G(?:(?<whole>[1-9][0-9]{0,2}(?:,[0-9]{3})+(?![0-9])|[1-9][0-9]{0,2}(?: [0-9]{3})+(?![0-9]| ?/)|[0-9]+)"
        + @"(?:\.(?<decimals>[0-9]+))?|\.(?<decimals>[0-9]+))(?:[eE](?<exponent>[+-]?[0-9]{1,4})(?![0-9a-zA-Z]))?",
        RegexOptions.ExplicitCapture)]
    private static partial Regex DecimalLiteral();

    [GeneratedRegex(
        @"\G(?: +(?<numerator>[0-9]+) ?/ ?(?<denominator>[0-9]+)(?![0-9.])"
        + @"| ?\\frac *(?:(?<numerator>[0-9]) *|\{ *(?<numerator>[0-9]+) *\} *)"
        + @"(?:(?<denominator>[0-9])|\{ *(?<denominator>[0-9]+) *\}))",
        RegexOptions.ExplicitCapture)]
    private static partial Regex MixedFraction();

    // The second of 2^3 5^2. Other numbers side by side are no product.
    [GeneratedRegex(@"(?<=\^ ?(?:[0-9]|\{ *[0-9]+ *\}))\G +[0-9]+ ?\^")]
    private static partial Regex NextPower();

    [GeneratedRegex(@"\G *\\frac(?![a-zA-Z])")]
    private static partial Regex FractionCommand();

    // Without its backslash, sec is a second.
    [GeneratedRegex(
        @"\G *\\?(?<name>sin|cos|tan|(?<=\\)sec|csc|cot|arcsin|arccos|arctan|ln|log|exp)(?![a-zA-Z])"
        + @"(?: ?_ ?(?:(?<base>[0-9])|\{ *(?<base>[0-9]{1,4}) *\}))?"
        + @"(?: ?\^ ?(?:(?<exponent>[0-9])|\{ *(?<exponent>[0-9]) *\}))?",
        RegexOptions.ExplicitCapture)]
    private static partial Regex FunctionName();

    // x, θ, \theta, x_1, x_{12}, x'
    [GeneratedRegex(
        @"\G *(?:\\(?:alpha|beta|gamma|delta|epsilon|theta|lambda|mu|rho|sigma|tau|phi|omega|Delta)(?![a-zA-Z])"
        + @"|[a-zA-ZΔα-ω-[π]])(?:_(?:[a-zA-Z0-9]|\{ *[a-zA-Z0-9]+ *\}))?'*")]
    private static partial Regex Variable();

    [GeneratedRegex(@"\G *[({] *[a-zA-Z]")]
    private static partial Regex BracketedWord();

    [GeneratedRegex(@"\G *\[ *([0-9]{1,3}) *\]")]
    private static partial Regex RootDegree();
}
