using Retrace.Answers.Mathematics;

namespace Retrace.Answers;

/// <summary>
/// Numbers are equal if they are after rounding, whatever their units; everything that is mathematically equal is, too.
/// </summary>
/// <param name="decimals">Decimal places that are kept.</param>
/// <param name="mode">How numbers are rounded; towards zero cuts off.</param>
public sealed class RoundedEquivalence(int decimals, MidpointRounding mode = MidpointRounding.ToEven)
    : IAnswerEquivalence
{
    private readonly MathematicalEquivalence _exact = new();

    public bool AreEqual(string first, string second) =>
        _exact.AreEqual(first, second)
        || (AnswerNumber.Of(first) is double left && AnswerNumber.Of(second) is double right
            && Math.Round(left, decimals, mode).Equals(Math.Round(right, decimals, mode)));

    public string CanonicalForm(string answer) => _exact.CanonicalForm(answer);
}
