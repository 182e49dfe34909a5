namespace Retrace.Answers;

/// <summary>Decides when an answer to a problem is right.</summary>
/// <param name="Label">The gold answer.</param>
/// <param name="Equivalence">Which answers are equal to it, and to each other.</param>
public sealed record AnswerKey(string Label, IAnswerEquivalence Equivalence)
{
    private static readonly MathematicalEquivalence Mathematical = new();

    /// <summary>Keys, by problem id, for labels that mathematical equality decides.</summary>
    public static IReadOnlyDictionary<string, AnswerKey> Of(IReadOnlyDictionary<string, string> labels) =>
        labels.ToDictionary(label => label.Key, label => new AnswerKey(label.Value, Mathematical));
}
