namespace Retrace.Data.Benchmarks;

/// <summary>The known benchmarks, found by name.</summary>
public static class BenchmarkCatalogue
{
    // Replaced as a whole, so that whoever reads it needs no lock.
    private static volatile Benchmark[] _all =
    [
        MathVision.Benchmark,
        MathVista.Benchmark,
        MathVerse.Benchmark,
        WeMath.Benchmark,
        LogicVista.Benchmark,
        DynaMath.Benchmark,
        Mmmu.Benchmark,
    ];

    private static readonly Lock Registering = new();

    /// <summary>All benchmarks: the built-in ones, then the registered ones.</summary>
    public static IReadOnlyList<Benchmark> All => _all;

    /// <summary>Registers a benchmark of your own under the name of its published set.</summary>
    /// <exception cref="ArgumentException">There is a benchmark of that name.</exception>
    public static void Register(Benchmark benchmark)
    {
        lock (Registering)
        {
            if (_all.Any(known => known.Published.Name == benchmark.Published.Name))
            {
                throw new ArgumentException(
                    $"There is a benchmark {benchmark.Published.Name} already; give yours another name.",
                    nameof(benchmark));
            }
            _all = [.. _all, benchmark];
        }
    }

    /// <exception cref="BadInputException">No such name is known; the message lists the known ones.</exception>
    public static Benchmark Named(string name) =>
        All.FirstOrDefault(benchmark => benchmark.Published.Name == name) ?? throw new BadInputException(
            $"There is no benchmark \"{name}\"; known are "
            + $"{string.Join(", ", All.Select(benchmark => benchmark.Published.Name))}.");
}
