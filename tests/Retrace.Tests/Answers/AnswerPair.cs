using Retrace.Answers;

namespace Retrace.Tests.Answers;

/// <summary>Two answers that are compared mathematically, in either order.</summary>
internal static class AnswerPair
{
    private static readonly MathematicalEquivalence Equivalence = new();

    public static void AssertEqual(string first, string second)
    {
        Assert.True(Equivalence.AreEqual(first, second));
        Assert.True(Equivalence.AreEqual(second, first));
    }

    public static void AssertDifferent(string first, string second)
    {
        Assert.False(Equivalence.AreEqual(first, second));
        Assert.False(Equivalence.AreEqual(second, first));
    }
}
