namespace Retrace.Answers.Mathematics;

/// <summary>What an answer says, once it has been read.</summary>
internal abstract record AnswerValue
{
    /// <summary>
    /// Answers of one form are one answer. Numbers that are equal only within the tolerance have several.
    /// </summary>
    public abstract string CanonicalForm { get; }

    /// <summary>Reflexive and symmetric.</summary>
    public static bool AreEqual(AnswerValue first, AnswerValue second) =>
        first.CanonicalForm == second.CanonicalForm
        || (first, second) switch
        {
            (NumberValue left, NumberValue right) => NumberValue.AreEqual(left, right),
            (ListValue left, ListValue right) => ListValue.AreEqual(left, right),
            _ => false,
        };
}

/// <summary>A number, perhaps with a unit.</summary>
internal sealed record NumberValue(Number Number, Unit? Unit) : AnswerValue
{
    public override string CanonicalForm => $"number {Number} {Unit?.Dimension} {Unit?.Factor}";

    /// <summary>
    /// With a unit on both sides, quantities are compared; where one side leaves it out, the numbers are. A percentage
    /// equals its value with the sign left out, and the fraction it stands for.
    /// </summary>
    public static bool AreEqual(NumberValue first, NumberValue second)
    {
        if (first.Unit is { } firstUnit && second.Unit is { } secondUnit)
        {
            return firstUnit.Dimension == secondUnit.Dimension
                && Number.AreEqual(first.Number * firstUnit.Factor, second.Number * secondUnit.Factor);
        }
        return Number.AreEqual(first.Number, second.Number)
            || (IsPercent(first) || IsPercent(second)) && Number.AreEqual(Quantity(first), Quantity(second));
    }

    private static bool IsPercent(NumberValue value) => value.Unit == Unit.Percent;

    private static Number Quantity(NumberValue value) =>
        value.Unit is null ? value.Number : value.Number * value.Unit.Factor;
}

/// <summary>A tuple, a set or an interval.</summary>
/// <param name="Open">Its bracket; a list without one counts as a tuple, with <c>(</c>.</param>
/// <param name="Items">In order; sorted for a set, whose order says nothing.</param>
/// <param name="Close">Its closing bracket.</param>
internal sealed record ListValue(char Open, IReadOnlyList<AnswerValue> Items, char Close) : AnswerValue
{
    public override string CanonicalForm =>
        $"list {Open}{string.Join(", ", Items.Select(item => item.CanonicalForm))}{Close}";

    public static bool AreEqual(ListValue first, ListValue second) =>
        first.Open == second.Open
        && first.Close == second.Close
        && first.Items.Count == second.Items.Count
        && first.Items.Zip(second.Items).All(pair => AreEqual(pair.First, pair.Second));
}

/// <summary>Anything else: compared letter by letter, without regard to case and white space.</summary>
internal sealed record TextValue(string Text) : AnswerValue
{
    public override string CanonicalForm => "text " + Text;
}
