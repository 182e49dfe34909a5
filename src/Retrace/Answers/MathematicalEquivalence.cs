using Retrace.Answers.Mathematics;

namespace Retrace.Answers;

/// <summary>
/// Mathematical equality: 0.5 = 1/2 = <c>\frac12</c> = 50 %, <c>x = 3</c> = 3 = <c>3\text{ cm}</c>,
/// (x + 1)² = x² + 2x + 1, <c>(A)</c> = A.
/// </summary>
/// <remarks>
/// <para>
/// Integers, decimals, fractions, mixed numbers, sums, products, integer powers and perfect roots are exact fractions
/// and are equal only if they are the same: 0.333 is not 1/3. Where π or an irrational root takes part, a relative
/// difference of up to 1e-6 counts as equal: 3.141593 = π, 3.14 is not. So it does between a decimal of six places or
/// more and a fraction whose decimals do not end: 0.3333333 = 1/3.
/// </para>
/// <para>
/// Units are compared where both answers have one (5 cm = 50 mm, 5 cm is not 5 m) and ignored where one leaves it out.
/// A percentage equals both the number without its sign and the fraction it stands for. So equality is not transitive;
/// <see cref="AnswerClasses"/> closes it.
/// </para>
/// <para>
/// Tuples, intervals and matrices are equal item by item with the same brackets; sets, unions and lists without
/// brackets in any order. A list without brackets also equals the set, the union, and the tuple in its order; ±2 is the
/// list 2, −2, and an inequality that bounds one variable is an interval, as is the set that it is the condition of.
/// Ratios are equal up to a common factor, and a:b is a/b, save for times of day.
/// </para>
/// <para>
/// Expressions with variables are equal if they agree at random points, up to a relative 1e-6, wherever both are
/// defined; equations and inequalities if the differences of their sides are multiples of each other. What is given to
/// a name, as in y = 2x + 1, is compared as the expression with expressions and as an equation with equations. Of a
/// calculation, the last side counts, and of a value and its approximation (≈) the value. Everything else is text,
/// compared without regard to case, white space, articles and LaTeX wrappers. Work is bounded: an answer of more than
/// 512 characters, and a number of more than 4096 bits, is not evaluated.
/// </para>
/// </remarks>
public sealed class MathematicalEquivalence : IAnswerEquivalence
{
    public bool AreEqual(string first, string second) =>
        AnswerValue.AreEqual(AnswerParser.Parse(first), AnswerParser.Parse(second));

    public string CanonicalForm(string answer) => AnswerParser.Parse(answer).CanonicalForm;
}
