namespace Retrace.Tests.Answers;

/// <summary>Intervals whose open ends have brackets that are turned outwards.</summary>
public class ReversedBracketTests
{
    [Theory]
    [InlineData("]2,5[", "(2,5)")]
    [InlineData("]2; 5[", "(2, 5)")]
    [InlineData(@"\left]2, 5\right[", "(2,5)")]
    [InlineData("[2,5[", "[2,5)")]
    [InlineData("]2,5]", "(2,5]")]
    [InlineData("]2,5[", "2 < x < 5")]
    [InlineData(@"\left]-\infty, 4\right[", "x < 4")]
    [InlineData(@"]-\infty; 4]", @"x \le 4")]
    [InlineData(@"[4, +\infty[", @"x \ge 4")]
    [InlineData(@"x \in ]2,5[", "(2,5)")]
    [InlineData(@"]0,1[ \cup ]2,3]", @"(0,1) \cup (2,3]")]
    [InlineData(@"\left]-\infty, 0\right] \cup \left[1, +\infty\right[", @"(-\infty,0] \cup [1,\infty)")]
    [InlineData(@"[0,1] \cup ]2,3]", @"[0,1] \cup (2,3]")]
    [InlineData(@"$]-\frac12, \frac12[$", "(-0.5, 0.5)")]
    [InlineData("]1,5; 2,25[", "(1.5, 2.25)")]
    [InlineData("]a, b[", "(a, b)")]
    [InlineData("]2,5[", @"\{x \mid 2 < x < 5\}")]
    public void Equal(string first, string second) => AnswerPair.AssertEqual(first, second);

    [Theory]
    [InlineData(@"[0,1] \cup ]2,3]", @"[0,1] \cup [2,3]")]
    [InlineData("]2,5[", "[2,5]")]
    [InlineData("]2,5[", "(2,5]")]
    [InlineData("]2,5[", "[2,5)")]
    [InlineData("[2,5[", "(2,5)")]
    [InlineData("]2,5]", "[2,5)")]
    [InlineData("]2,5[", "]2,6[")]
    [InlineData("]2,5[", "]3,5[")]
    [InlineData("]5,2[", "(2,5)")]
    [InlineData("]2,5[", "2, 5")]
    [InlineData("]2,5[", @"\{2, 5\}")]
    [InlineData("]2,5[", "2.5")]
    [InlineData(@"]-\infty,4[", @"x \le 4")]
    [InlineData(@"]0,1[ \cup ]2,3[", @"[0,1] \cup [2,3]")]
    [InlineData(@"]0,1[ \cup ]2,3[", "(0,3)")]
    [InlineData("]1,5; 2[", "(1, 5)")]
    [InlineData("2 < x < 5", "2, 5")]
    [InlineData("]2,5", "]2,5[")]
    [InlineData("[2,3][4,5[", "[2,3]")]
    public void Different(string first, string second) => AnswerPair.AssertDifferent(first, second);
}
