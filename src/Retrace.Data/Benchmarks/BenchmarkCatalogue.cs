namespace Retrace.Data.Benchmarks;

/// <summary>The benchmarks by name.</summary>
public static class BenchmarkCatalogue
{
    public static IReadOnlyList<Benchmark> All { get; } =
    [
        MathVision.Benchmark,
        MathVista.Benchmark,
        MathVerse.Benchmark,
        WeMath.Benchmark,
        LogicVista.Benchmark,
        DynaMath.Benchmark,
        Mmmu.Benchmark,
    ];

    /// <exception cref="BadInputException">There is none of that name; the message lists those there are.</exception>
    public static Benchmark Named(string name) =>
        All.FirstOrDefault(benchmark => benchmark.Published.Name == name) ?? throw new BadInputException(
            $"There is no benchmark \"{name}\"; known are "
            + $"{string.Join(", ", All.Select(benchmark => benchmark.Published.Name))}.");
}
