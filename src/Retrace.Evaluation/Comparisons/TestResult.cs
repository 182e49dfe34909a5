namespace Retrace.Evaluation.Comparisons;

/// <summary>The accuracies that a held-out test measured.</summary>
/// <param name="Whole">The summary over all problems.</param>
/// <param name="Categories">The summaries by category; empty where problems have none.</param>
public sealed record TestResult(EvaluationSummary Whole, IReadOnlyDictionary<string, EvaluationSummary> Categories);
