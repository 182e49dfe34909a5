namespace Retrace.Answers;

/// <summary>
/// Decides when two answers are equal. The relation is reflexive and symmetric; not necessarily transitive.
/// </summary>
public interface IAnswerEquivalence
{
    /// <summary>Whether the two answers are the same answer. Never throws.</summary>
    bool AreEqual(string first, string second);

    /// <summary>
    /// A string that stands for the answer wherever it is compared: answers of one canonical form are equal to each
    /// other and to the same others. Equal answers may still have different forms.
    /// </summary>
    string CanonicalForm(string answer);
}
