namespace Retrace.Evaluation.Comparisons;

/// <summary>What a held-out test found.</summary>
/// <param name="Whole">Over all problems.</param>
/// <param name="Categories">By category; empty where problems have none.</param>
public sealed record TestResult(EvaluationSummary Whole, IReadOnlyDictionary<string, EvaluationSummary> Categories);
