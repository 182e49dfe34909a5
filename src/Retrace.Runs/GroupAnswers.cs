namespace Retrace.Runs;

/// <summary>All answers to one problem in one step: a line of <see cref="RunFolder.Answers"/>.</summary>
public sealed record GroupAnswers
{
    public required int Step { get; init; }

    public required string ProblemId { get; init; }

    /// <summary>The different answers of all rounds, each as it was first written.</summary>
    public required IReadOnlyList<string> Answers { get; init; }

    /// <summary>[n] indices into <see cref="Answers"/>; −1 where none could be extracted.</summary>
    public required IReadOnlyList<int> Maternal { get; init; }

    /// <summary>[n][k] the same for the continuations; empty without retracing.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Retraced { get; init; } = [];

    /// <summary>[b] the same for samples whose picture was blanked; empty where the rule reads none.</summary>
    public IReadOnlyList<int> Blind { get; init; } = [];

    /// <summary>[s] the same for the start model's responses; empty where the rule reads none.</summary>
    public IReadOnlyList<int> Start { get; init; } = [];

    /// <summary>[t] the same for the averaged teacher's responses; empty where the rule reads none.</summary>
    public IReadOnlyList<int> Teacher { get; init; } = [];

    /// <summary>[r] the same for responses to the question in other words; empty where the rule reads none.</summary>
    public IReadOnlyList<int> Rephrased { get; init; } = [];

    /// <summary>
    /// The index of the right answer, −1 if none of them is right; null where the problem has no label.
    /// </summary>
    public int? Right { get; init; }
}
