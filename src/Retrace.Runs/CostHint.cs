namespace Retrace.Runs;

/// <summary>A setting that costs time, by what a step has measured.</summary>
/// <param name="Setting">The setting's key.</param>
/// <param name="Sentence">What was measured, and what would help, without a full stop.</param>
public sealed record CostHint(string Setting, string Sentence);
