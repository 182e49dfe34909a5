using Retrace.Answers.Mathematics;

namespace Retrace.Answers;

/// <summary>
/// Numbers are equal if they differ by no more than this, whatever their units; everything that is mathematically equal
/// is, too.
/// </summary>
/// <param name="tolerance">The largest absolute difference between equal numbers.</param>
public sealed class ToleranceEquivalence(double tolerance) : IAnswerEquivalence
{
    private readonly MathematicalEquivalence _exact = new();

    public bool AreEqual(string first, string second) =>
        _exact.AreEqual(first, second)
        || (AnswerNumber.Of(first) is double left && AnswerNumber.Of(second) is double right
            && Math.Abs(left - right) <= tolerance);

    public string CanonicalForm(string answer) => _exact.CanonicalForm(answer);
}
