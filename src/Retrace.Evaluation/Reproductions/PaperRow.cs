using Retrace.Evaluation.Comparisons;

namespace Retrace.Evaluation.Reproductions;

/// <summary>A row of one of the paper's tables: the run that makes it here, and what the paper reports.</summary>
/// <param name="Label">What the row is called.</param>
/// <param name="Meaning">What is run: the reward, and on which samples.</param>
/// <param name="Variant">What it changes of the settings; null for the model that all runs start from.</param>
/// <param name="Reported">The paper's accuracies in percent, by benchmark; empty where it has no such row.</param>
public sealed record PaperRow(
    string Label, string Meaning, Variant? Variant, IReadOnlyDictionary<string, double> Reported)
{
    /// <summary>The paper's accuracy to hold beside a test's: on the test's benchmark, or else the mean over all.</summary>
    /// <param name="test">The test's name; null where it has none.</param>
    /// <returns>In percent; null where the paper reports nothing.</returns>
    public double? ReportedOn(string? test) =>
        test is not null && Reported.TryGetValue(test, out double reported) ? reported
        : Reported.Count == 0 ? null
        : Reported.Values.Average();
}
