using System.Globalization;
using System.Numerics;

namespace Retrace.Answers.Mathematics;

/// <summary>
/// A real number: an exact fraction as long as it is one of bounded size, and a double otherwise. What has no value,
/// such as 1/0, is <see cref="Undefined"/>, which every operation passes on.
/// </summary>
internal readonly record struct Number
{
    /// <summary>Relative difference up to which two numbers are equal when at least one of them is not exact.</summary>
    public const double RelativeTolerance = 1e-6;

    /// <summary>The most bits of a numerator or denominator; larger fractions become doubles.</summary>
    public const long MaxBits = 4096;

    // So that a number that should be 0, such as √2·√2 − 2, equals it.
    private const double AbsoluteTolerance = 1e-12;

    private const int MaxRootDegree = 64;

    // With fewer places, a decimal that is near a fraction is another number.
    private const int RoundedPlaces = 6;

    // Roots of integers up to here are found by rounding the root of a double.
    private const long MaxExactDouble = 1L << 53;

    private readonly BigInteger _numerator;
    private readonly BigInteger _denominator; // Positive, and coprime to the numerator; 0 for a double.
    private readonly double _approximate;

    private Number(BigInteger numerator, BigInteger denominator)
    {
        _numerator = numerator;
        _denominator = denominator;
    }

    private Number(double approximate)
    {
        _approximate = approximate;
    }

    public static Number Undefined { get; } = new(double.NaN);

    public static Number Pi { get; } = new(Math.PI);

    public bool IsExact => !_denominator.IsZero;

    public bool IsDefined => IsExact || double.IsFinite(_approximate);

    /// <summary>The nearest double; NaN where the number is undefined.</summary>
    public double Value => IsExact ? (double)_numerator / (double)_denominator : _approximate;

    /// <summary>The number as an exact integer, or null where it is none.</summary>
    public BigInteger? Whole => _denominator.IsOne ? _numerator : null;

    // Whether the decimals of a fraction end.
    private bool IsTerminating => BigInteger.ModPow(10, _denominator.GetBitLength(), _denominator).IsZero;

    /// <summary>A number that is known only as a double.</summary>
    public static Number Approximate(double value) => new(value);

    public static implicit operator Number(BigInteger value) => new(value, BigInteger.One);

    public static implicit operator Number(int value) => new(value, BigInteger.One);

    public static Number operator -(Number value) =>
        value.IsExact ? new(-value._numerator, value._denominator) : new(-value._approximate);

    public static Number operator +(Number left, Number right) =>
        left.IsExact && right.IsExact
            ? Fraction(
                left._numerator * right._denominator + right._numerator * left._denominator,
                left._denominator * right._denominator)
            : new(left.Value + right.Value);

    public static Number operator -(Number left, Number right) => left + -right;

    public static Number operator *(Number left, Number right) =>
        left.IsExact && right.IsExact
            ? Fraction(left._numerator * right._numerator, left._denominator * right._denominator)
            : new(left.Value * right.Value);

    public static Number operator /(Number left, Number right) =>
        left.IsExact && right.IsExact
            ? Fraction(left._numerator * right._denominator, left._denominator * right._numerator)
            : new(left.Value / right.Value);

    /// <summary>
    /// The digits (at least one) with a decimal point before the last <paramref name="decimals"/> of them.
    /// </summary>
    public static Number Decimal(string digits, int decimals) =>
        Fraction(BigInteger.Parse(digits, CultureInfo.InvariantCulture), BigInteger.Pow(10, decimals));

    /// <summary>base ^ exponent, exact where it is a fraction.</summary>
    public static Number Power(Number @base, Number exponent)
    {
        if (!@base.IsExact || !exponent.IsExact)
        {
            return new(Math.Pow(@base.Value, exponent.Value));
        }
        if (exponent._denominator > MaxRootDegree || BigInteger.Abs(exponent._numerator) > MaxBits)
        {
            return new(Math.Pow(@base.Value, exponent.Value));
        }
        Number root = Root(@base, (int)exponent._denominator);
        int power = (int)exponent._numerator;
        long bits = Math.Abs(power) * Math.Max(root._numerator.GetBitLength(), root._denominator.GetBitLength());
        if (!root.IsExact || bits > MaxBits)
        {
            return new(Math.Pow(root.Value, power));
        }
        Number result = new(
            BigInteger.Pow(root._numerator, Math.Abs(power)), BigInteger.Pow(root._denominator, Math.Abs(power)));
        return power < 0 ? 1 / result : result;
    }

    /// <summary>The real root of that degree; of a negative number it is defined for odd degrees only.</summary>
    public static Number Root(Number value, int degree)
    {
        if (degree is < 1 or > MaxRootDegree)
        {
            return Undefined;
        }
        if (degree == 1)
        {
            return value;
        }
        bool negative = value.IsExact ? value._numerator.Sign < 0 : value._approximate < 0;
        if (negative)
        {
            return degree % 2 == 1 ? -Root(-value, degree) : Undefined;
        }
        if (value.IsExact
            && ExactRoot(value._numerator, degree) is BigInteger numerator
            && ExactRoot(value._denominator, degree) is BigInteger denominator)
        {
            return new(numerator, denominator);
        }
        return new(degree == 2 ? Math.Sqrt(value.Value) : Math.Pow(value.Value, 1.0 / degree));
    }

    public static Number Abs(Number value) =>
        value.IsExact ? new(BigInteger.Abs(value._numerator), value._denominator) : new(Math.Abs(value._approximate));

    /// <summary>
    /// Equality: exact between fractions, save that 0.3333333 is 1/3, rounded, and within the tolerance otherwise.
    /// </summary>
    public static bool AreEqual(Number left, Number right)
    {
        if (left.IsExact && right.IsExact)
        {
            return left == right || IsRounded(left, right) || IsRounded(right, left);
        }
        double scale = Math.Max(Math.Abs(left.Value), Math.Abs(right.Value));
        return double.IsFinite(scale)
            && Math.Abs(left.Value - right.Value) <= RelativeTolerance * scale + AbsoluteTolerance;
    }

    public override string ToString() =>
        IsExact
            ? string.Create(CultureInfo.InvariantCulture, $"{_numerator}/{_denominator}")
            : "~" + _approximate.ToString("R", CultureInfo.InvariantCulture);

    // Whether the first is a decimal of many places and the second a fraction without an end that it comes near to.
    private static bool IsRounded(Number rounded, Number fraction) =>
        Math.Abs(rounded.Value - fraction.Value) <= RelativeTolerance * Math.Abs(fraction.Value)
        && !(BigInteger.Pow(10, RoundedPlaces - 1) % rounded._denominator).IsZero
        && rounded.IsTerminating
        && !fraction.IsTerminating;

    private static Number Fraction(BigInteger numerator, BigInteger denominator)
    {
        if (denominator.IsZero)
        {
            return Undefined;
        }
        BigInteger divisor = BigInteger.GreatestCommonDivisor(numerator, denominator) * denominator.Sign;
        numerator /= divisor;
        denominator /= divisor;
        Number exact = new(numerator, denominator);
        bool isSmall = Math.Max(numerator.GetBitLength(), denominator.GetBitLength()) <= MaxBits;
        return isSmall ? exact : new(exact.Value);
    }

    private static BigInteger? ExactRoot(BigInteger value, int degree)
    {
        if (value > MaxExactDouble)
        {
            return null;
        }
        BigInteger root = (BigInteger)Math.Round(Math.Pow((double)value, 1.0 / degree));
        return BigInteger.Pow(root, degree) == value ? root : null;
    }
}
