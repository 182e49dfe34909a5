namespace Retrace.Reporting.Content;

/// <summary>What a page opens with: how right a model is at each kind of problem before and after the runs.</summary>
/// <param name="Kinds">The kinds of problems, at least one.</param>
/// <param name="Before">The accuracy of the model that the runs start from, in [0, 1], by kind.</param>
/// <param name="After">
/// The accuracies after each run; where runs differ in their seeds alone, their means, by the name of the variant.
/// </param>
public sealed record AccuracyByKind(
    IReadOnlyList<string> Kinds,
    IReadOnlyList<double> Before,
    IReadOnlyList<(string Run, IReadOnlyList<double> Accuracies)> After);
