namespace Retrace.Answers;

/// <summary>Accepts any of several right answers.</summary>
/// <param name="accepted">At least one.</param>
/// <param name="inner">Decides when an answer equals one of them, and when other answers are equal.</param>
public sealed class AcceptedAnswers(IReadOnlyList<string> accepted, IAnswerEquivalence inner) : IAnswerEquivalence
{
    public bool AreEqual(string first, string second) =>
        inner.AreEqual(first, second) || (IsAccepted(first) && IsAccepted(second));

    public string CanonicalForm(string answer) => IsAccepted(answer) ? "accepted" : inner.CanonicalForm(answer);

    private bool IsAccepted(string answer) => accepted.Any(one => inner.AreEqual(one, answer));
}
