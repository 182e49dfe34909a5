namespace Retrace.Answers.Mathematics;

/// <summary>A set of real numbers: those in at least one of the intervals.</summary>
internal sealed record RealSet(IReadOnlyList<Interval> Intervals)
{
    /// <summary>The set of all real numbers.</summary>
    public static RealSet All { get; } = new([new Interval(null, false, null, false)]);

    /// <summary>All numbers but one.</summary>
    public static RealSet Except(NumberValue hole) =>
        new([new Interval(null, false, hole, false), new Interval(hole, false, null, false)]);

    /// <summary>The numbers that are in both sets.</summary>
    public RealSet Intersect(RealSet other) =>
        new([
            .. Intervals.SelectMany(_ => other.Intervals, (one, another) => one.Intersect(another))
                .Where(interval => !interval.IsEmpty),
        ]);

    /// <summary>The numbers that are in at least one of the sets.</summary>
    public RealSet Union(RealSet other) => new([.. Intervals, .. other.Intervals]);

    /// <summary>Converts the set to an answer: an interval, a union of several, numbers, or the empty set.</summary>
    public AnswerValue ToValue() => Intervals switch
    {
        [] => new TextValue("∅"),
        _ when Intervals.All(interval => interval.IsPoint) => new ListValue(
            LatexText.SetOpen, [.. Intervals.Select(point => point.Lower!)], LatexText.SetClose),
        [var only] => only.ToValue(),
        _ => new ListValue(ListValue.Union, [.. Intervals.Select(one => one.ToValue())], ListValue.Union),
    };
}

/// <summary>The real numbers between two bounds.</summary>
/// <param name="Lower">Null for −∞.</param>
/// <param name="HoldsLower">Whether the lower bound is in it.</param>
/// <param name="Upper">Null for ∞.</param>
/// <param name="HoldsUpper">Whether the upper bound is in it.</param>
internal sealed record Interval(NumberValue? Lower, bool HoldsLower, NumberValue? Upper, bool HoldsUpper)
{
    public bool IsEmpty =>
        Lower is not null && Upper is not null
        && Compare(Lower, Upper) is var order && (order > 0 || (order == 0 && !(HoldsLower && HoldsUpper)));

    /// <summary>Whether it holds a single number.</summary>
    public bool IsPoint =>
        Lower is not null && Upper is not null && HoldsLower && HoldsUpper && Compare(Lower, Upper) == 0;

    /// <summary>The interval that holds a single number.</summary>
    public static Interval Point(NumberValue number) => new(number, true, number, true);

    /// <summary>The numbers that are in both intervals.</summary>
    public Interval Intersect(Interval other)
    {
        bool isLowerOther = IsTighter(other.Lower, other.HoldsLower, Lower, -1);
        bool isUpperOther = IsTighter(other.Upper, other.HoldsUpper, Upper, 1);
        return new Interval(
            isLowerOther ? other.Lower : Lower,
            isLowerOther ? other.HoldsLower : HoldsLower,
            isUpperOther ? other.Upper : Upper,
            isUpperOther ? other.HoldsUpper : HoldsUpper);
    }

    public ListValue ToValue() => IsPoint
        ? new ListValue(LatexText.SetOpen, [Lower!], LatexText.SetClose)
        : new ListValue(
            HoldsLower ? '[' : '(',
            [Lower ?? (AnswerValue)new TextValue("-∞"), Upper ?? (AnswerValue)new TextValue("∞")],
            HoldsUpper ? ']' : ')')
        {
            IsInterval = true,
        };

    // Whether a bound leaves less than another, on the side that the sign tells. Of equal bounds, one that is not held.
    private static bool IsTighter(NumberValue? bound, bool isHeld, NumberValue? other, int side)
    {
        if (bound is null || other is null)
        {
            return bound is not null;
        }
        int order = Compare(other, bound) * side;
        return order > 0 || (order == 0 && !isHeld);
    }

    private static int Compare(NumberValue first, NumberValue second) =>
        Math.Sign((first.Number - second.Number).Value);
}
