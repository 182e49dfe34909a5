namespace Retrace.Answers;

/// <summary>String equality, character by character: what the method's first public release compares with.</summary>
public sealed class ExactEquivalence : IAnswerEquivalence
{
    public bool AreEqual(string first, string second) => string.Equals(first, second, StringComparison.Ordinal);

    public string CanonicalForm(string answer) => answer;
}
