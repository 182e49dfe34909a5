namespace Retrace.Problems;

/// <summary>A data set: the problems, and apart from them the answers that some of them have.</summary>
/// <param name="Problems">In file order.</param>
/// <param name="Answers">
/// Gold answers by problem id; empty for unlabeled data. For measurement, and for the supervised baseline alone.
/// </param>
/// <param name="Skipped">Records that could not be used, each with the reason; they are counted, never trained on.</param>
public sealed record ProblemSet(
    IReadOnlyList<Problem> Problems,
    IReadOnlyDictionary<string, string> Answers,
    IReadOnlyList<SkippedProblem> Skipped)
{
    /// <summary>
    /// Problems whose record has an answer of a kind that cannot be compared, such as a list; they are in
    /// <see cref="Problems"/>, without a label.
    /// </summary>
    public IReadOnlyList<SkippedProblem> UnusedAnswers { get; init; } = [];
}

/// <summary>A record of a data set that could not be used.</summary>
public sealed record SkippedProblem(string Id, string Reason)
{
    /// <summary>Whether it is empty as it was published, so that nothing of it is missing here.</summary>
    public bool IsEmpty { get; init; }
}
