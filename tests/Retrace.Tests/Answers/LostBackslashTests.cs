namespace Retrace.Tests.Answers;

/// <summary>LaTeX of which \f, \b, \t and the like were read as control characters.</summary>
public class LostBackslashTests
{
    [Theory]
    [InlineData("\frac{7}{8}", @"\frac{7}{8}")]
    [InlineData("\frac78", "7/8")]
    [InlineData("4\times 5", "20")]
    [InlineData("\text{yes}", "yes")]
    [InlineData("\binom{4}{2}", "6")]
    [InlineData("3\theta", @"3\theta")]
    [InlineData("\beta + 1", @"1+\beta")]
    [InlineData("\a" + "lpha + 1", @"1+\alpha")]
    [InlineData("\v" + "ec{a} = (1, 2)", "(1, 2)")]
    [InlineData("x \neq 2", @"x \ne 2")]
    [InlineData(@"\left(1, 2\" + "right)", "(1, 2)")]
    [InlineData("\tan^{-1}(1)", @"\frac{\pi}{4}")]
    [InlineData("\tan x", @"\tan(x)")]
    [InlineData("\triangle PQR = 3", "3")]
    [InlineData("\angle PQR = 3", "3")]
    [InlineData("5\tfrac{1}{2}", "5.5")]
    [InlineData("x \rightarrow 3", @"x \rightarrow 3")]
    [InlineData("\therefore x = 3", @"\therefore x = 3")]
    [InlineData("\vartriangle PQR = 3", "3")]
    [InlineData("\tan\theta", @"\tan\theta")]
    public void Equal(string first, string second) => AnswerPair.AssertEqual(first, second);

    [Theory]
    [InlineData("\frac{7}{8}", @"\frac{8}{7}")]
    [InlineData("\frac{7}{8}", "78")]
    [InlineData("4\times 5", "45")]
    [InlineData("4\times 5", "4 imes 5")]
    [InlineData("a\tan apple", @"a\tan")]
    [InlineData("x\neq 2", "x = 2")]
    [InlineData("x\ne 2", @"x \ne 2")]
    [InlineData("5\nu", @"5\nu")]
    [InlineData("2\timeshare", @"2\times hare")]
    [InlineData("\beta", @"eta")]
    [InlineData("\face", @"\frac")]
    [InlineData("1\t2", "12")]
    [InlineData("1\n2", "12")]
    [InlineData("\theta", "heta")]
    [InlineData("\text{yes}", "ext yes")]
    [InlineData("3\nmid 4", @"3 \nmid 4")]
    public void Different(string first, string second) => AnswerPair.AssertDifferent(first, second);
}
