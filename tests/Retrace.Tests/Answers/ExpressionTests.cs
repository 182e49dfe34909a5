namespace Retrace.Tests.Answers;

/// <summary>Expressions with variables.</summary>
public class ExpressionTests
{
    [Theory]
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
    public void Equal(string first, string second) => AnswerPair.AssertEqual(first, second);

    [Theory]
    [InlineData(@"\frac{11}{2}x", @"\frac{1}{12}x")]
    [InlineData("x+1", "x+2")]
    [InlineData("2x", "x^2")]
    [InlineData("x^2", "x^2+0.001")]
    [InlineData("|x|", "x+0")]
    [InlineData(@"\sqrt{x^2}", "1x")]
    [InlineData(@"\sin x", @"\cos x")]
    [InlineData("log x", "ln x")]
    [InlineData("3+4i", "3-4i")]
    [InlineData("x_1", "x_2")]
    [InlineData("a+b", "a+c")]
    public void Different(string first, string second) => AnswerPair.AssertDifferent(first, second);
}
