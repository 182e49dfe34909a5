namespace Retrace.Tests.Answers;

/// <summary>Tuples, intervals, matrices, sets, unions and solutions one beside the other.</summary>
public class ListTests
{
    [Theory]
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
    public void Equal(string first, string second) => AnswerPair.AssertEqual(first, second);

    [Theory]
    [InlineData("(1, 2)", "(2, 1)")]
    [InlineData("(1, 2)", "(1, 2, 3)")]
    [InlineData("(0, 1]", "(0, 1)")]
    [InlineData("(0,100)", "100")]
    [InlineData(@"\{1, 2\}", "(1, 2)")]
    [InlineData(@"\begin{pmatrix}1\\2\end{pmatrix}", @"\begin{pmatrix}2\\1\end{pmatrix}")]
    [InlineData(@"\begin{pmatrix}1&2\end{pmatrix}", @"\begin{pmatrix}1\\2\end{pmatrix}")]
    [InlineData("x=1,y=2", "x=2,y=1")]
    [InlineData(@"\{1,2\}", @"\{1,2,3\}")]
    [InlineData("1, 1, 2", "1, 2, 2")]
    [InlineData("1, 2", "1, 3")]
    [InlineData(@"\{1, 2\}", @"1 \cup 2")]
    [InlineData(@"\pm2", "2")]
    [InlineData("(2,3), (4,5)", "(2,3), (5,4)")]
    [InlineData("(3, 4)", "4, 3")]
    public void Different(string first, string second) => AnswerPair.AssertDifferent(first, second);
}
