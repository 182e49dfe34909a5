namespace Retrace.Answers;

/// <summary>Mathematical equality of answers.</summary>
public sealed class MathematicalEquivalence : IAnswerEquivalence
{
    public bool AreEqual(string first, string second) => CanonicalForm(first) == CanonicalForm(second);

    public string CanonicalForm(string answer) => string.Concat(answer.Where(c => !char.IsWhiteSpace(c))).ToLowerInvariant();
}
