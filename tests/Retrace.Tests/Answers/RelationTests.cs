namespace Retrace.Tests.Answers;

/// <summary>Equations and inequalities.</summary>
public class RelationTests
{
    [Theory]
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
    // Inequalities that hold together
    [InlineData("x > 1 and x < 4", "(1, 4)")]
    [InlineData("x < 4, x > 1", "1 < x < 4")]
    [InlineData("x ≥ 1且x < 4", "[1,4)")]
    [InlineData("x < -1 and x > 1", @"(-\infty,-1)\cup(1,\infty)")]
    [InlineData(@"x \ne 3", @"(-\infty,3)\cup(3,\infty)")]
    [InlineData(@"x ∈ \mathbb{R}", @"(-\infty,\infty)")]
    public void Equal(string first, string second) => AnswerPair.AssertEqual(first, second);

    [Theory]
    [InlineData("y = 3x - 4", "3x - y + 4 = 0")]
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
    [InlineData("x > 1 and x < 4", @"(-\infty,4)\cup(1,\infty)")]
    [InlineData("x > 1 or x < 4", "(1,4)")]
    [InlineData("x > 1 and x < 4", "[1,4]")]
    [InlineData("x > 1 and y < 4", "(1,4)")]
    [InlineData(@"x \ne 3", @"(-\infty,3)")]
    [InlineData(@"x \ne 3", "3")]
    [InlineData(@"\mathbb{R}", @"(0,\infty)")]
    public void Different(string first, string second) => AnswerPair.AssertDifferent(first, second);
}
