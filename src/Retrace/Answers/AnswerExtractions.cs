namespace Retrace.Answers;

/// <summary>The ways to find an answer by the names that a configuration uses (<c>reward.extraction</c>).</summary>
public static class AnswerExtractions
{
    private static readonly NamedChoices<IAnswerExtraction> Extractions = new(
        "answer extraction",
        ("boxed", new BoxedExtraction()),
        ("lenient", new LenientExtraction()));

    public static IReadOnlyList<string> Names => Extractions.Names;

    /// <exception cref="BadInputException">There is no extraction of that name.</exception>
    public static IAnswerExtraction Create(string name) => Extractions[name];
}
