using System.Numerics;

namespace Retrace.Answers.Mathematics;

/// <summary>The parsed meaning of an answer.</summary>
internal abstract record AnswerValue
{
    /// <summary>
    /// Answers of one form are one answer. Numbers that are equal only within the tolerance have several.
    /// </summary>
    public abstract string CanonicalForm { get; }

    /// <summary>
    /// Whether two answers are equal. The relation is reflexive and symmetric; tolerances keep it from being
    /// transitive.
    /// </summary>
    public static bool AreEqual(AnswerValue first, AnswerValue second) =>
        first.CanonicalForm == second.CanonicalForm
        || (first, second) switch
        {
            (NumberValue left, NumberValue right) => NumberValue.AreEqual(left, right),
            (ListValue left, ListValue right) => ListValue.AreEqual(left, right),
            (FormulaValue left, FormulaValue right) => Formula.Agree(left.Values, right.Values),
            (FormulaValue left, NumberValue right) => left.IsConstant(right.Number),
            (NumberValue left, FormulaValue right) => right.IsConstant(left.Number),
            (FormulaValue { Equation: { } left }, RelationValue right) => AreEqual(left, right),
            (RelationValue left, FormulaValue { Equation: { } right }) => AreEqual(left, right),
            (RatioValue left, RatioValue right) => RatioValue.AreEqual(left, right),
            (RatioValue left, NumberValue right) => left.IsNumber(right),
            (NumberValue left, RatioValue right) => right.IsNumber(left),
            (ListValue left, NumberValue right) => left.IsSetOf(right),
            (NumberValue left, ListValue right) => right.IsSetOf(left),
            (RelationValue { Solutions: { } left }, ListValue right) => AreEqual(left, right),
            (ListValue left, RelationValue { Solutions: { } right }) => AreEqual(left, right),
            (RelationValue left, RelationValue right) => left.Sign == right.Sign
                && Formula.AreProportional(left.Differences, right.Differences, positive: left.Sign is '<' or '≤'),
            _ => false,
        };
}

/// <summary>A number, perhaps with a unit.</summary>
internal sealed record NumberValue(Number Number, Unit? Unit) : AnswerValue
{
    public override string CanonicalForm { get; } = $"number {Number} {Unit?.Dimension} {Unit?.Factor}";

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

/// <summary>A ratio of two or more numbers, such as 3:4:5.</summary>
/// <param name="Terms">Two or more, none of them 0.</param>
/// <param name="IsTime">Whether it may be a time of day, as 10:15 may.</param>
internal sealed record RatioValue(IReadOnlyList<Number> Terms, bool IsTime) : AnswerValue
{
    public override string CanonicalForm { get; } = $"ratio {string.Join(':', Terms)} {IsTime}";

    /// <summary>
    /// Whether one is a multiple of the other. Of two that may be times of day, one must be the other in lowest terms:
    /// 14:24 is 7:12, but 9:45 is not 3:15.
    /// </summary>
    public static bool AreEqual(RatioValue first, RatioValue second) =>
        first.Terms.Count == second.Terms.Count
        && Enumerable.Range(1, first.Terms.Count - 1).All(
            i => Number.AreEqual(first.Terms[0] * second.Terms[i], first.Terms[i] * second.Terms[0]))
        && (!first.IsTime || !second.IsTime || first.IsInLowestTerms() || second.IsInLowestTerms());

    /// <summary>Whether a ratio of two terms is the number that they divide to.</summary>
    public bool IsNumber(NumberValue number) =>
        Terms.Count == 2 && number.Unit is null && Number.AreEqual(Terms[0] / Terms[1], number.Number);

    private bool IsInLowestTerms() =>
        Terms[0].Whole is { } first && Terms[1].Whole is { } second
        && BigInteger.GreatestCommonDivisor(first, second).IsOne;
}

/// <summary>An expression with variables, known by its values (<see cref="Formula"/>).</summary>
/// <param name="Values">The values at <see cref="Formula"/>'s points.</param>
/// <param name="Equation">
/// The equation of a name and the expression, as in y = 2x + 1; null where there is no name.
/// </param>
internal sealed record FormulaValue(double[] Values, RelationValue? Equation = null) : AnswerValue
{
    public override string CanonicalForm { get; } =
        $"formula {string.Join(' ', Values.Select(value => value.ToString("R")))} {Equation?.CanonicalForm}";

    /// <summary>Whether it is that number whatever the variables are, as sin²x + cos²x is 1.</summary>
    public bool IsConstant(Number number) => Formula.Agree(Values, [.. Values.Select(_ => number.Value)]);
}

/// <summary>An equation or an inequality between expressions.</summary>
/// <param name="Differences">The left side less the right one, known by its values.</param>
/// <param name="Sign">How the difference relates to 0: <c>=</c>, <c>≠</c>, <c>&lt;</c> or <c>≤</c>.</param>
/// <param name="Solutions">The numbers that satisfy it, where they are plain to see, as those of x ≠ 2.</param>
internal sealed record RelationValue(double[] Differences, char Sign, ListValue? Solutions = null) : AnswerValue
{
    public override string CanonicalForm { get; } =
        $"relation {Sign} {string.Join(' ', Differences.Select(value => value.ToString("R")))}"
        + $" {Solutions?.CanonicalForm}";
}

/// <summary>A tuple, a set, an interval, a matrix, a union, or a list without brackets.</summary>
/// <param name="Open">
/// Its bracket; <see cref="Bare"/> for a list without, <see cref="Union"/> for a union of sets.
/// </param>
/// <param name="Items">In order.</param>
/// <param name="Close">Its closing bracket.</param>
internal sealed record ListValue(char Open, IReadOnlyList<AnswerValue> Items, char Close) : AnswerValue
{
    /// <summary>Solutions, one beside the other, as in "1 and 2".</summary>
    public const char Bare = ',';

    public const char Union = '∪';

    /// <summary>Whether it is known to be an interval, so that it is no list of its two ends.</summary>
    public bool IsInterval { get; init; }

    public override string CanonicalForm { get; } =
        $"list {Open}{string.Join(", ", Items.Select(item => item.CanonicalForm))}{Close}";

    /// <summary>Whether it is the set of one number, as {2}.</summary>
    public bool IsSetOf(NumberValue number) =>
        Open == LatexText.SetOpen && Items is [NumberValue only] && NumberValue.AreEqual(only, number);

    private bool IsOrdered => Open is not (Bare or Union or LatexText.SetOpen);

    /// <summary>
    /// Item by item, with the same brackets; sets, unions and bare lists in any order. A bare list may be a set or a
    /// union, or a tuple, of which it then has the order; it is no interval.
    /// </summary>
    public static bool AreEqual(ListValue first, ListValue second)
    {
        if (first.Items.Count != second.Items.Count)
        {
            return false;
        }
        bool alike = first.Open == second.Open && first.Close == second.Close;
        if (!alike && (first.Open == Bare) == (second.Open == Bare))
        {
            return false;
        }
        ListValue bracketed = first.Open == Bare ? second : first;
        if (!alike && bracketed.IsInterval)
        {
            return false;
        }
        return bracketed.IsOrdered
            ? (alike || (bracketed.Open == '(' && bracketed.Close == ')'))
                && first.Items.Zip(second.Items).All(pair => AreEqual(pair.First, pair.Second))
            : CanBePaired(first.Items, second.Items);
    }

    // Whether each item of one list has an equal one of its own in the other. Equality is not transitive, so the first
    // equal one found may be another's only one and is given up where that has a second (Kuhn's matching).
    private static bool CanBePaired(IReadOnlyList<AnswerValue> first, IReadOnlyList<AnswerValue> second)
    {
        int count = first.Count;
        bool[] equal = new bool[count * count];
        for (int i = 0; i < equal.Length; i++)
        {
            equal[i] = AreEqual(first[i / count], second[i % count]);
        }
        int[] partners = new int[count];
        Array.Fill(partners, -1);
        return Enumerable.Range(0, count).All(item => FindPartner(item, new bool[count]));

        bool FindPartner(int item, bool[] asked)
        {
            for (int other = 0; other < count; other++)
            {
                if (equal[item * count + other] && !asked[other])
                {
                    asked[other] = true;
                    if (partners[other] < 0 || FindPartner(partners[other], asked))
                    {
                        partners[other] = item;
                        return true;
                    }
                }
            }
            return false;
        }
    }
}

/// <summary>Any other answer: compared as text, without regard to case and white space.</summary>
internal sealed record TextValue(string Text) : AnswerValue
{
    public override string CanonicalForm { get; } = "text " + Text;
}
