using Retrace.Evaluation.Comparisons;

namespace Retrace.Evaluation.Reproductions;

/// <summary>One of the paper's tables, sweeps or figures: the runs that make it, and what the paper reports.</summary>
/// <param name="Name">What the command line calls it.</param>
/// <param name="Title">What it shows.</param>
/// <param name="TrainedOn">What the paper trained on; empty where our notes of it do not say.</param>
/// <param name="Rows">In the order of the table; of a sweep in that of the values.</param>
public sealed record PaperTable(string Name, string Title, string TrainedOn, IReadOnlyList<PaperRow> Rows)
{
    /// <summary>The sign of what a sweep varies, such as ω; null where rows are methods.</summary>
    public string? Swept { get; init; }

    /// <summary>The figures to write: those whose names begin so.</summary>
    public IReadOnlyList<string> Figures { get; init; } = [];

    /// <summary>What the figure is expected to show of the methods' runs; null where there is nothing to compare.</summary>
    public PaperCurve? Curve { get; init; }

    /// <summary>The runs of the table, one for each row but the start's.</summary>
    public IReadOnlyList<Variant> Variants => [.. Rows.Select(row => row.Variant).OfType<Variant>()];

    /// <summary>The method that the others are measured against.</summary>
    public string Baseline => Swept is null ? Comparisons.Variants.UsualBaseline : PaperTables.Csrs;

    /// <summary>The benchmarks that the paper reports, in its order.</summary>
    public IReadOnlyList<string> Benchmarks => [.. Rows.SelectMany(row => row.Reported.Keys).Distinct()];
}
