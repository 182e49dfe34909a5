namespace Retrace.Tests.Answers;

/// <summary>What LaTeX and Unicode write in several ways.</summary>
public class SpellingTests
{
    [Theory]
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
    // As editors of formulas write it
    [InlineData(@"\left\{ {1,2} \right\}", @"\{1,2\}")]
    [InlineData(@"\left[ {1,2} \right)", "[1,2)")]
    [InlineData(@"\left( { - \infty ,2} \right)", @"(-\infty,2)")]
    [InlineData(@"{x^2} + {y^2} = 1", "x^2+y^2=1")]
    [InlineData(@"\frac{{\sqrt 3 }}{2}", @"\frac{\sqrt3}{2}")]
    [InlineData(@"{30^ \circ }", "30")]
    [InlineData(@"\left( {0, + \infty } \right)", @"(0,\infty)")]
    [InlineData("2{:}3", "2:3")]
    public void Equal(string first, string second) => AnswerPair.AssertEqual(first, second);

    [Theory]
    [InlineData("≈", "≈ 2")]
    [InlineData(@"\text{3}", @"\text{4}")]
    [InlineData("3.2x10^5", "3.2x10^4")]
    [InlineData("x¹²", "x^2")]
    [InlineData("**5**", "**6**")]
    [InlineData("|-3|", "-3")]
    [InlineData(@"\frac12", @"\frac21")]
    [InlineData(@"\log_2 8", @"\log_8 2")]
    [InlineData(@"8\sin(30^\circ)", "8")]
    [InlineData("5×10⁻³", "5×10³")]
    [InlineData(@"\left(3\right)", @"\left(4\right)")]
    [InlineData("$3$", "$-3$")]
    [InlineData(@"90^\circ", "9")]
    [InlineData("{3}", "{3}{4}")]
    [InlineData(@"\left\{ {1,2} \right\}", @"\{\{1,2\}\}")]
    [InlineData(@"\left[ {1,2} \right)", "(1,2]")]
    [InlineData("({1,2},3)", "(1,{2,3})")]
    [InlineData("{2}{3}", "23")]
    public void Different(string first, string second) => AnswerPair.AssertDifferent(first, second);
}
