using System.Text.RegularExpressions;

namespace Retrace.Answers.Mathematics;

/// <summary>
/// Reads and evaluates the number that a text of <see cref="LatexText"/> begins with: + − * / ^, implied products,
/// brackets, absolute values, fractions, mixed numbers, roots, π, factorials, binomial coefficients and elementary
/// functions.
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
    private bool _isAngle; // An inverse trigonometric function takes part.

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
    /// <param name="isAngle">Whether an inverse trigonometric function gives it, so that it may be an angle.</param>
    public static Number Parse(string text, out int length, out bool isAngle)
    {
        ExpressionParser parser = new(text, valueOf: null);
        Number value = parser.Sum();
        length = parser._position;
        isAngle = parser._isAngle;
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
            else if (IsImpliedFactor(next) || NextFactor().IsMatch(_text, _position))
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
                || BinomialCommand().IsMatch(_text, _position)
                || ElementaryFunction.Call().IsMatch(_text, _position)
                || IsVariable()));

    private bool IsVariable() => _valueOf is not null && Variable().IsMatch(_text, _position);

    private Number Factor()
    {
        Number factor = InRadians(Factorials(Primary()));
        if (factor.IsDefined && NextAfterSpaces() == '^')
        {
            SkipSpaces();
            _position++;
            bool negative = TakeSign();
            bool isBracketed = Current is '{' or '(';
            Number exponent = Nested(Factor);
            bool isAmbiguous = !isBracketed && _text[_position - 1] == '!'; // 2^3!
            factor = exponent.IsDefined && !isAmbiguous
                ? Number.Power(factor, negative ? -exponent : exponent)
                : Number.Undefined;
        }
        return factor;
    }

    // 5!, and 5!!, which leaves out every second factor.
    private Number Factorials(Number value)
    {
        int start = _position;
        while (Current == '!')
        {
            _position++;
        }
        return _position > start && value.IsDefined ? Combinatorics.Factorial(value, _position - start) : value;
    }

    private Number Primary()
    {
        SkipSpaces();
        switch (Current)
        {
            case '(':
                return Bracketed(')');
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
            case '\\' when BinomialCommand().IsMatch(_text, _position):
                return Binomial();
            case 'C' or 'A' or 'P' or '_' or '^' or '{'
                when Combinatorics.Read(_text, ref _position) is { IsDefined: true } ways:
                return ways;
            case '{':
                return Bracketed('}');
            default:
                return Current != '\\' && !char.IsLetter(Current) ? Numeral.Read(_text, ref _position)
                    : ElementaryFunction.Call().IsMatch(_text, _position) ? Function()
                    : IsVariable() ? VariableValue()
                    : Number.Undefined;
        }
    }

    private Number Bracketed(char close)
    {
        _position++;
        Number value = Nested(Sum);
        SkipSpaces();
        if (close == '}' && value.IsDefined && ChooseCommand().Match(_text, _position) is { Success: true } choose)
        {
            _position += choose.Length;
            value = Combinatorics.Binomial(value, Nested(Sum));
            SkipSpaces();
        }
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
        Match call = ElementaryFunction.Call().Match(_text, _position);
        _position += call.Length;
        SkipSpaces();
        bool isNested = _isArgument;
        _isArgument = true;
        Number argument = InRadians(Nested(Current == '(' ? Primary : ImpliedProduct));
        _isArgument = isNested;
        _isAngle |= !isNested && ElementaryFunction.IsAngle(call);
        return argument.IsDefined
            ? Number.Approximate(ElementaryFunction.Evaluate(call, argument.Value))
            : Number.Undefined;
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
            && !ElementaryFunction.Call().IsMatch(_text, _position))
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

    // \binom{5}{2}, \binom52
    private Number Binomial()
    {
        _position += BinomialCommand().Match(_text, _position).Length;
        Number all = Argument();
        return all.IsDefined ? Combinatorics.Binomial(all, Argument()) : all;
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

    // The second of 2^3 5^2 and of 2!3!. Other numbers side by side are no product.
    [GeneratedRegex(@"(?<=\^ ?(?:[0-9]|\{ *[0-9]+ *\}))\G +[0-9]+ ?\^|(?<=!)\G *[0-9]+!")]
    private static partial Regex NextFactor();

    [GeneratedRegex(@"\G *\\frac(?![a-zA-Z])")]
    private static partial Regex FractionCommand();

    [GeneratedRegex(@"\G *\\binom(?![a-zA-Z])")]
    private static partial Regex BinomialCommand();

    // Of {n \choose k}.
    [GeneratedRegex(@"\G *\\choose(?![a-zA-Z])")]
    private static partial Regex ChooseCommand();

    // x, θ, \theta, x_1, x_{12}, x'
    [GeneratedRegex(
        @"\G *(?:\\(?:alpha|beta|gamma|delta|epsilon|theta|lambda|mu|rho|sigma|tau|phi|omega|Delta)(?![a-zA-Z])"
        + @"|[a-zA-ZΔα-ω-[π]])(?:_(?:[a-zA-Z0-9]|\{ *[a-zA-Z0-9]+ *\}))?'*")]
    private static partial Regex Variable();

    [GeneratedRegex(@"\G *[({] *[a-zA-Z\p{IsCJKUnifiedIdeographs}]")]
    private static partial Regex BracketedWord();

    [GeneratedRegex(@"\G *\[ *([0-9]{1,3}) *\]")]
    private static partial Regex RootDegree();
}
