using CsCheck;
using Retrace.Answers;

namespace Retrace.Tests.Answers;

public class MathematicalEquivalenceTests
{
    private static readonly MathematicalEquivalence Equivalence = new();

    // Texts that are rich in what the parser looks for.
    private static readonly Gen<string> Mathematics = Gen.OneOf(
            Gen.OneOf(
                @"\frac", @"\sqrt", "√", "π", "{", "}", "(", ")", "[", "]", @"\{", @"\}", "^", "-", "+", "*", "/", ",",
                ";", "=", "%", @"\%", "°", @"^\circ", "$", @"\text{", " cm", " m", " and ", "x", "A", ".", " ", @"\,",
                @"\left", "|", "<", "≤", "≈", "±", "∪", "∈", "y", @"\theta", @"\sin", "log", "_2", "&", @"\\",
                @"\begin{pmatrix}", @"\end{pmatrix}", "1/2", "e9999", "99999999999", "0", "1,000", " 000", "½", "²",
                "\\", "square ", " per ", "!", ":", "∶", @"\binom", @"\overline{", @"\dot", "S_{", "A_1", "'", "f(",
                @"\mid", @"\{x|", "≠", @"\tan^{-1}", "平方", "米", "\f", "\t", "ext{", "...", "(B)", "B. ", "12:30"),
            Gen.Int[0, 2000].Select(value => value.ToString()),
            Gen.String[0, 3])
        .List[0, 12].Select(string.Concat);

    [Fact]
    public void Any_text_equals_itself_and_equality_is_symmetric() =>
        Gen.Select(Mathematics, Mathematics).Sample(
            (first, second) => Equivalence.AreEqual(first, first)
                && Equivalence.AreEqual(first, second) == Equivalence.AreEqual(second, first),
            iter: 20_000);

    [Fact]
    public void Answers_of_one_canonical_form_are_equal_to_the_same_others()
    {
        string[] spellings =
        [
            "0.5", "1/2", "50%", "50", ".50", @"\frac{1}{2}", "π/2", @"\frac{\pi}{2}", "5 mm", "x=0.5", "half", "Half",
        ];
        foreach (string first in spellings)
        {
            foreach (string second in spellings)
            {
                if (Equivalence.CanonicalForm(first) == Equivalence.CanonicalForm(second))
                {
                    Assert.All(spellings, other => Assert.Equal(
                        Equivalence.AreEqual(first, other), Equivalence.AreEqual(second, other)));
                }
            }
        }
    }

    [Fact]
    public void A_fraction_equals_every_way_of_writing_it() =>
        Gen.Select(Gen.Int[-999, 999], Gen.Int[1, 999], Gen.Int[1, 99]).Sample((numerator, denominator, factor) =>
        {
            string[] spellings =
            [
                $"{numerator}/{denominator}",
                $@"\frac{{{numerator}}}{{{denominator}}}",
                $@"$\dfrac{{{numerator * factor}}}{{{denominator * factor}}}$",
                $"x = {numerator * factor}/{denominator * factor}",
            ];
            string other = $"{numerator * factor + 1}/{denominator * factor}";
            return spellings.All(spelling => Equivalence.AreEqual(spelling, spellings[0]))
                && !Equivalence.AreEqual(other, spellings[0]);
        });

    [Fact]
    public void A_product_of_two_factors_equals_what_it_multiplies_out_to() =>
        Gen.Select(Gen.Int[-9, 9], Gen.Int[-9, 9], Gen.Int[1, 9], Gen.Int[1, 9]).Sample((a, b, c, d) =>
        {
            string product = $"({c}x+({a}))({d}x+({b}))";
            string sum = $"{c * d}x^2+({a * d + b * c})x+({a * b})";
            return Equivalence.AreEqual(product, sum)
                && Equivalence.AreEqual($"{product}<y", $"y>{sum}")
                && !Equivalence.AreEqual(product, sum + "+1")
                && !Equivalence.AreEqual(product, sum + "+x/9");
        });

    [Theory]
    [InlineData("(")]
    [InlineData("{")]
    [InlineData("√")]
    [InlineData("2^")]
    [InlineData("-")]
    [InlineData(@"\frac")]
    [InlineData(@"\sqrt{")]
    [InlineData("x=")]
    [InlineData("(1,")]
    [InlineData("9")]
    [InlineData("1,")]
    [InlineData("2^9^")]
    [InlineData("$")]
    [InlineData(@"\text{")]
    [InlineData("|")]
    [InlineData("x<")]
    [InlineData("±")]
    [InlineData("x∈")]
    [InlineData("x≈")]
    [InlineData("1≈")]
    [InlineData("1;")]
    [InlineData("1, or ")]
    [InlineData("2^9 ")]
    [InlineData("sin 1°")]
    [InlineData(@"\\left")]
    [InlineData("(0,1)∪")]
    [InlineData("sin ")]
    [InlineData("sin^2(x")]
    [InlineData("x+±")]
    [InlineData("x^")]
    [InlineData(@"\begin{matrix}")]
    [InlineData("9!")]
    [InlineData("!")]
    [InlineData("9999!+")]
    [InlineData(@"\binom{4000}{2000}")]
    [InlineData(@"\overline{")]
    [InlineData("0.1(6)")]
    [InlineData("0.66...")]
    [InlineData("1:")]
    [InlineData("S_{")]
    [InlineData("A_1")]
    [InlineData("|A")]
    [InlineData(@"\vec{a}+")]
    [InlineData(@"\{x|")]
    [InlineData("x<1 and ")]
    [InlineData("x≠1,")]
    [InlineData("squareinches")]
    [InlineData("平方")]
    [InlineData("(B) ")]
    [InlineData("B. ")]
    [InlineData("\frac")]
    [InlineData("0.3\u0305")]
    public void Work_is_bounded_however_deep_or_long_the_text(string repeated)
    {
        foreach (int times in (int[])[50, 255, 100_000])
        {
            string text = string.Concat(Enumerable.Repeat(repeated, times)) + "1";
            Assert.True(Equivalence.AreEqual(text, text));
            Assert.False(Equivalence.AreEqual(text, "no such answer"));
        }
    }

    [Fact]
    public void Exact_equivalence_compares_characters()
    {
        ExactEquivalence exact = new();
        Assert.True(exact.AreEqual("0.5", "0.5"));
        Assert.False(exact.AreEqual("0.5", "1/2"));
        Assert.False(exact.AreEqual("a", "A"));
    }
}
