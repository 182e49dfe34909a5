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
                "\\", "square ", " per "),
            Gen.Int[0, 2000].Select(value => value.ToString()),
            Gen.String[0, 3])
        .List[0, 12].Select(string.Concat);

    [Theory]
    // Integers, decimals, fractions
    [InlineData("3", "3.0")]
    [InlineData("-3", "−3")]
    [InlineData("+3", "3")]
    [InlineData("3.", "3")]
    [InlineData(".5", "0.5")]
    [InlineData("007", "7")]
    [InlineData("0.5", "1/2")]
    [InlineData("0.5", @"\frac12")]
    [InlineData("0.5", @"\frac{1}{2}")]
    [InlineData("0.5", @"\dfrac{1}{2}")]
    [InlineData("0.5", "½")]
    [InlineData("2/4", "1/2")]
    [InlineData(@"-\frac{3}{4}", "-0.75")]
    [InlineData(@"\frac{-3}{4}", "-0.75")]
    [InlineData("1.2e3", "1200")]
    [InlineData(@"1.2 \times 10^{3}", "1200")]
    [InlineData("10^-3", "0.001")]
    [InlineData("0.1+0.2", "0.3")]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567890.0")]
    // Mixed numbers
    [InlineData("1 1/2", "1.5")]
    [InlineData(@"1\frac{1}{2}", "3/2")]
    [InlineData(@"1\frac12", "3/2")]
    [InlineData("-2½", "-2.5")]
    [InlineData(@"2\frac{\pi}{2}", @"\pi")]
    // Thousands
    [InlineData("1,234", "1234")]
    [InlineData("1{,}234", "1234")]
    [InlineData(@"1\,234\,567.5", "1234567.5")]
    [InlineData("10 000", "10000")]
    [InlineData("1,234,567", "1234567")]
    [InlineData(@"56,\!000", "56000")]
    [InlineData(@"7,\! 200,\! 040", "7200040")]
    // Fractions rounded to six places or more
    [InlineData("0.142857142857", "1/7")]
    [InlineData("66.6666667", @"\frac{200}{3}")]
    [InlineData(@"\left(0.3333333, 2\right)", @"(\frac13, 2)")]
    // Wrappers and spacing
    [InlineData(@"\\frac{1}{2}", "0.5")]
    [InlineData(@"\\left[ 0, \\infty \\right)", @"[0, \infty)")]
    [InlineData(@"90^\\circ", "90")]
    [InlineData(@"\\begin{pmatrix} 3 \\\\ 5 \\end{pmatrix}", @"\begin{pmatrix}3\\5\end{pmatrix}")]
    [InlineData("$3$", "3")]
    [InlineData(@"\(3\)", "3")]
    [InlineData(@"\text{3}", "3")]
    [InlineData(@"\mathbf{3}", "3")]
    [InlineData("{3}", "3")]
    [InlineData(@"\left(\frac{1}{2}\right)", "0.5")]
    [InlineData(@"\displaystyle \frac{1}{2}", "0.5")]
    [InlineData("(3)", "3")]
    // Percent, degrees, units
    [InlineData("50%", "0.5")]
    [InlineData(@"50\%", "1/2")]
    [InlineData(@"50\%", "50")]
    [InlineData("50 percent", "50%")]
    [InlineData("50 pct", "1/2")]
    [InlineData(@"30^\circ", "30")]
    [InlineData(@"30^{\circ}", "30°")]
    [InlineData("30 degrees", "30°")]
    [InlineData("180°", @"\pi \text{ rad}")]
    [InlineData("5 cm", "5")]
    [InlineData("5cm", "5 cm")]
    [InlineData(@"5\text{ cm}", "5 centimeters")]
    [InlineData(@"5~\mathrm{cm}", "50 mm")]
    [InlineData("8{cm}", "8 cm")]
    [InlineData("27{m}^3", @"27\mbox{ m}^3")]
    [InlineData(@"12 \text{ cm}^2", "12")]
    [InlineData(@"12 \text{ cm}^{2}", "12 square centimeters")]
    [InlineData("1 m^2", "10000 cm^2")]
    [InlineData("72 km/h", "20 m/s")]
    [InlineData("1 L", "1000 cm^3")]
    [InlineData("12 square units", "12")]
    [InlineData("12 (cm)", "12cm")]
    [InlineData("5 triangles", "5")]
    [InlineData(@"\$5", "5 dollars")]
    // Roots, pi, powers
    [InlineData(@"\sqrt{16}", "4")]
    [InlineData(@"\sqrt[3]{-8}", "-2")]
    [InlineData(@"8^{2/3}", "4")]
    [InlineData(@"2\sqrt{3}", @"\sqrt{12}")]
    [InlineData("2√3", @"2\sqrt3")]
    [InlineData("sqrt(2)", @"\sqrt{2}")]
    [InlineData(@"\frac{\sqrt{3}}{3}", @"\frac{1}{\sqrt{3}}")]
    [InlineData(@"\sqrt{2}\cdot\sqrt{2}", "2")]
    [InlineData(@"\sqrt2-\sqrt2", "0")]
    [InlineData("2pi", @"2\pi")]
    [InlineData(@"9\pi \text{ cm}^2", "9π")]
    [InlineData("3.141593", @"\pi")]
    [InlineData("2^10", "1024")]
    [InlineData("2^3 5^{2}", "200")]
    [InlineData("2(3+4)", "14")]
    [InlineData("6/2", "3")]
    // Assignments
    [InlineData("x=3", "3")]
    [InlineData("x = 3", "y = 3")]
    [InlineData(@"\angle ABC = 30^\circ", "30")]
    [InlineData("m∠A = 30°", "30")]
    [InlineData("m∠1 = 30°", "30")]
    [InlineData("Area = 12 cm^2", "12")]
    [InlineData("A = 6/2 = 3", "3")]
    [InlineData(@"\frac{6 \cdot 5}{2} = 15", "15")]
    [InlineData("f(x) = 2x + 1", "2x+1")]
    [InlineData("x = 1,234", "1234")]
    [InlineData("|PQ| = 7", "7")]
    [InlineData(@"\frac{PQ}{RS} = \frac{3}{5}", "0.6")]
    [InlineData("3/5 = PQ/RS", "0.6")]
    [InlineData("S_{PQR} : S = 3 : 8", "3:8")]
    [InlineData("x ≈ 2.5", "2.5")]
    [InlineData(@"x = \frac{7}{3} \approx 2.33", "7/3")]
    [InlineData(@"5\sqrt2 \approx 7.07 \text{ cm}", @"\sqrt{50}")]
    // Choices
    [InlineData("(A)", "A")]
    [InlineData("A.", "a")]
    [InlineData(@"\text{(B)}", "B")]
    [InlineData("B. 15", "B")]
    [InlineData("(C) 15 cm", "C")]
    [InlineData("Option D", "D")]
    // Lists
    [InlineData("(1, 2)", "(1,2)")]
    [InlineData("(1, 2)", @"\left(\frac{2}{2}, 2.0\right)")]
    [InlineData("1, 2", "(1, 2)")]
    [InlineData("1 and 2", "1, 2")]
    [InlineData("4, 9, and 25", "25, 9, 4")]
    [InlineData("(3,4)or(4,3)", "(4,3), (3,4)")]
    [InlineData("x=1, y=4; x=3, y=2", "(3,2), (1,4)")]
    [InlineData("x = 1 or x = 2", "1, 2")]
    [InlineData(@"\{1, 2\}", @"\{2, 1\}")]
    [InlineData("(0, 1]", "(0,1]")]
    [InlineData("(0, 100)", "(0,100)")]
    // Text
    [InlineData("Yes", "yes")]
    [InlineData(@"\text{Yes}", " yes. ")]
    [InlineData("x^{2}+1", "x^2 + 1")]
    [InlineData("isosceles triangle", "Isosceles  Triangle")]
    [InlineData(@"x \leq 3", "x ≤ 3")]
    // Spellings of powers and products
    [InlineData("3.2x10^5", "320000")]
    [InlineData("3.2 × 10⁵", "320000")]
    [InlineData("5×10⁻³", "0.005")]
    [InlineData(@"3.2\cdot10^{5}", "3.2e5")]
    [InlineData("x¹²", "x^{12}")]
    [InlineData("|-3|", "3")]
    [InlineData(@"\log_2 8", "3")]
    [InlineData(@"\sin 30^\circ", "0.5")]
    [InlineData(@"8\sin(30^\circ)", "4")]
    [InlineData(@"\cos(90^\circ - 30^\circ)", @"\sin 30^\circ \cos 0^\circ")]
    [InlineData("**5**", "5")]
    // Unions, membership, the empty set
    [InlineData(@"(-\infty, 3]", "(-∞,3]")]
    [InlineData(@"(2,\infty)", @"(2,+\infty)")]
    [InlineData(@"(-\infty,2)\cup(3,\infty)", @"(3, \infty)\cup(-\infty,2)")]
    [InlineData("(0,1) U (2,3)", @"(0,1)\cup(2,3)")]
    [InlineData(@"x \in [0,1]", "[0,1]")]
    [InlineData(@"\emptyset", @"\{\}")]
    [InlineData(@"\varnothing", "∅")]
    // Tuples and values of several names
    [InlineData("(x,y)=(1,2)", "(1,2)")]
    [InlineData(@"\langle 1,2\rangle", "(1,2)")]
    [InlineData("x = 1, y = 2", "y = 2, x = 1")]
    [InlineData("x = 1, y = 2", "(1, 2)")]
    [InlineData("AB = 3 and BC = 4", "BC = 4, AB = 3")]
    // Solutions and sets in any order
    [InlineData("2, 1", "1, 2")]
    [InlineData("x = 1 or x = 2", "x=2 or x=1")]
    [InlineData("1, 2, 3", "3, 2, 1")]
    [InlineData("{1,2}", @"\{2,1\}")]
    [InlineData(@"\{\sqrt{2}, 1.5\}", @"\{\frac32, 1.41421356\}")]
    [InlineData("red and blue", "blue, red")]
    [InlineData("50%, 0.5", "0.5, 50")]
    // Either sign
    [InlineData(@"\pm 2", "-2, 2")]
    [InlineData(@"x=\pm 2", "±2")]
    [InlineData(@"1 \pm \sqrt{2}", @"1+\sqrt2, 1-\sqrt2")]
    [InlineData(@"\frac{1\pm\sqrt5}{2}", @"\frac{1-\sqrt5}{2} \text{ or } \frac{1+\sqrt5}{2}")]
    [InlineData(@"\pm 2", @"\{2, -2\}")]
    // Matrices
    [InlineData(@"\begin{pmatrix}1 & 2 \\ 3 & 4\end{pmatrix}", @"\begin{bmatrix} 1&2\\3&4 \\ \end{bmatrix}")]
    [InlineData(@"\begin{pmatrix}0.5\\1\end{pmatrix}", @"\begin{pmatrix}\frac{1}{2}\\1\end{pmatrix}")]
    [InlineData(@"\begin{pmatrix}1\\2\end{pmatrix}", @"\left(\begin{array}{c}1\\2\end{array}\right)")]
    // Equations
    [InlineData("2x+1=y", "y=2x+1")]
    [InlineData("x + y = 3", "3 = y + x")]
    [InlineData("2x+3y=6", "4x+6y=12")]
    [InlineData("x^2+y^2=1", "1-y^2=x^2")]
    [InlineData("2x = 6", "x + x = 6")]
    [InlineData("y = 3x - 4", "3x - y - 4 = 0")]
    [InlineData("6x = 2y + 8", "3x - 4 = y")]
    // Inequalities
    [InlineData(@"x\le3", "x<=3")]
    [InlineData("x > 2", "2 < x")]
    [InlineData(@"x \ge 1/2", "x >= 0.5")]
    [InlineData("1<x<3", "3>x>1")]
    [InlineData("x<3", @"(-\infty,3)")]
    [InlineData(@"2\le x\le 5", "[2,5]")]
    [InlineData(@"2 < x \leq 5", "(2, 5]")]
    [InlineData("x + y < 3", "6 > 2x + 2y")]
    [InlineData(@"x \neq 2", @"x - 2 \ne 0")]
    [InlineData("x < -2 or x > 2", @"(-\infty,-2)\cup(2,\infty)")]
    [InlineData("0 < x + y < 1", "1 > y + x > 0")]
    // Text
    [InlineData("the square", "Square")]
    [InlineData("a right triangle", "right triangle")]
    // Expressions
    [InlineData("x+1", "1+x")]
    [InlineData("2(x+1)", "2x+2")]
    [InlineData("(x+1)^2", "x^2+2x+1")]
    [InlineData(@"\frac{x^2-1}{x-1}", "x+1")]
    [InlineData(@"\frac{1}{2}x", "x/2")]
    [InlineData("0.5x", @"\frac x2")]
    [InlineData(@"\sqrt{x^2}", "|x|")]
    [InlineData(@"\sin x", @"\sin(x)")]
    [InlineData(@"\sin^2 x+\cos^2 x", "1")]
    [InlineData(@"\sin 2a \cos b", @"2\cos b \sin a\cos a")]
    [InlineData(@"\ln(x^2)", @"2 \ln |x|")]
    [InlineData(@"\sec^2 x - \tan^2 x", "1")]
    [InlineData(@"\cot x", @"\frac{\csc x}{\sec x}")]
    [InlineData(@"\arctan 1", @"\frac{\pi}{4}")]
    [InlineData("30 sec", "30")]
    [InlineData("n(n+1)/2", @"\frac{n^2+n}{2}")]
    [InlineData("a^2-b^2", "(a-b)(a+b)")]
    [InlineData("e^{2x}", "(e^x)^2")]
    [InlineData("e^2", "7.3890561")]
    [InlineData("x^{-1}", @"\frac1x")]
    [InlineData(@"2\theta", @"\theta+\theta")]
    [InlineData("x_1+x_2", "x_2 + x_{1}")]
    [InlineData(@"\frac{\sqrt{3}}{2}a", "a√3/2")]
    [InlineData("10^{x+1}", @"10 \cdot 10^x")]
    [InlineData("2xy", "2yx")]
    [InlineData("X^2 + 1", "1 + x^{2}")]
    [InlineData("f(x) = (x+1)^2", "x^2+2x+1")]
    public void Equal(string first, string second)
    {
        Assert.True(Equivalence.AreEqual(first, second));
        Assert.True(Equivalence.AreEqual(second, first));
    }

    [Theory]
    [InlineData("3", "4")]
    [InlineData("3", "-3")]
    [InlineData("0.333", "1/3")]
    [InlineData("0.33333", "1/3")]
    [InlineData("0.3333333", "0.33333333")]
    [InlineData("1000000", "2999999/3")]
    [InlineData("0.0000001", "1/30000000000000")]
    [InlineData("3.14", @"\pi")]
    [InlineData("1.41", @"\sqrt{2}")]
    [InlineData("1/2", "2")]
    [InlineData("12", "1 2")]
    [InlineData("5 cm", "5 m")]
    [InlineData("5 cm", "5 cm^2")]
    [InlineData("5 cm", "5°")]
    [InlineData("5 apples", "5 pears")]
    [InlineData("50%", "5")]
    [InlineData("50%", "0.05")]
    [InlineData("3x", "3")]
    [InlineData("3m", "3")]
    [InlineData("2x = 6", "3")]
    [InlineData("6 * 5 / 2 = 15", "6 * 5 / 2 = 16")]
    [InlineData("a/b = c/d", "c/d")]
    [InlineData("PQ/RS = 3/5", "5/3")]
    [InlineData("x ≈ 2.5", "2.6")]
    [InlineData("≈", "≈ 2")]
    [InlineData("y = 3x - 4", "3x - y + 4 = 0")]
    [InlineData("3 sec", "sec 3")]
    [InlineData("A", "B")]
    [InlineData("(A)", "1")]
    [InlineData("(1, 2)", "(2, 1)")]
    [InlineData("(1, 2)", "(1, 2, 3)")]
    [InlineData("(0, 1]", "(0, 1)")]
    [InlineData("(0,100)", "100")]
    [InlineData(@"\{1, 2\}", "(1, 2)")]
    [InlineData("1/0", "0")]
    [InlineData("1/0", "2/0")]
    [InlineData(@"\sqrt{-1}", "1")]
    [InlineData("yes", "no")]
    [InlineData(@"\frac{11}{2}x", @"\frac{1}{12}x")]
    [InlineData("10^10000", "10^10001")]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567891")]
    [InlineData("10^400", @"\pi")]
    [InlineData(@"\begin{pmatrix}1\\2\end{pmatrix}", @"\begin{pmatrix}2\\1\end{pmatrix}")]
    [InlineData(@"\begin{pmatrix}1&2\end{pmatrix}", @"\begin{pmatrix}1\\2\end{pmatrix}")]
    [InlineData("x>2", "x<2")]
    [InlineData("x≥2", "x>2")]
    [InlineData("1<x<3", "1<x<4")]
    [InlineData("3>x<5", "5<x<3")]
    [InlineData("3>x<5", "(5, 3)")]
    [InlineData("2<x<5", "(2,5]")]
    [InlineData("x + y < 3", "x + y > 3")]
    [InlineData("x + y < 3", "-x - y < -3")]
    [InlineData("x+y=3", "x+y=4")]
    [InlineData("y=x", "y=-x")]
    [InlineData("x=1,y=2", "x=2,y=1")]
    [InlineData(@"\{1,2\}", @"\{1,2,3\}")]
    [InlineData("1, 1, 2", "1, 2, 2")]
    [InlineData("1, 2", "1, 3")]
    [InlineData(@"\{1, 2\}", @"1 \cup 2")]
    [InlineData(@"\pm2", "2")]
    [InlineData("x+1", "x+2")]
    [InlineData("2x", "x^2")]
    [InlineData("x^2", "x^2+0.001")]
    [InlineData("|x|", "x+0")]
    [InlineData(@"\sqrt{x^2}", "1x")]
    [InlineData(@"\sin x", @"\cos x")]
    [InlineData("listen", "silent")]
    [InlineData("cat", "act")]
    [InlineData("no", "on")]
    [InlineData("AB", "BA")]
    [InlineData("2AB", "2BA")]
    [InlineData("10:30", "30:10")]
    [InlineData("left-handed", "handed-left")]
    [InlineData("H2O", "OH2")]
    [InlineData("∠1", "∠2")]
    [InlineData("y>x", "x>y")]
    [InlineData("10!", "10")]
    [InlineData("log x", "ln x")]
    [InlineData("(2,3), (4,5)", "(2,3), (5,4)")]
    [InlineData("A-B", "B-A")]
    [InlineData("2π", "2")]
    [InlineData("3+4i", "3-4i")]
    [InlineData("x_1", "x_2")]
    [InlineData("a+b", "a+c")]
    [InlineData("(3, 4)", "4, 3")]
    public void Different(string first, string second)
    {
        Assert.False(Equivalence.AreEqual(first, second));
        Assert.False(Equivalence.AreEqual(second, first));
    }

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
