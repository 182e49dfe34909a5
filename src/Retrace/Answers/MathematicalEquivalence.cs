using Retrace.Answers.Mathematics;

namespace Retrace.Answers;

/// <summary>
/// Mathematical equality: 0.5 = 1/2 = <c>\frac12</c> = 50 %, <c>x = 3</c> = 3 = <c>3\text{ cm}</c>, <c>(A)</c> = A.
/// </summary>
/// <remarks>
/// <para>
/// Integers, decimals, fractions, mixed numbers, sums, products, integer powers and perfect roots are exact fractions
/// and are equal only if they are the same: 0.333 is not 1/3. Where π or an irrational root takes part, a relative
/// difference of up to 1e-6 counts as equal: 3.141593 = π, 3.14 is not.
/// </para>
/// <para>
/// Units are compared where both answers have one (5 cm = 50 mm, 5 cm is not 5 m) and ignored where one leaves it out.
/// A percentage equals both the number without its sign and the fraction it stands for. So equality is not transitive;
/// <see cref="AnswerClasses"/> closes it.
/// </para>
/// <para>
/// Tuples and intervals are equal item by item with the same brackets, a list without brackets being a tuple; sets in
/// any order. Everything else is text, compared without regard to case, white space and LaTeX wrappers. Work is
/// bounded: an answer of more than 512 characters, and a number of more than 4096 bits, is not evaluated.
/// </para>
/// </remarks>
public sealed class MathematicalEquivalence : IAnswerEquivalence
{
    public bool AreEqual(string first, string second) =>
        AnswerValue.AreEqual(AnswerParser.Parse(first), AnswerParser.Parse(second));

    public string CanonicalForm(string answer) => AnswerParser.Parse(answer).CanonicalForm;
}
