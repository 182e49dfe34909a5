using System.Diagnostics;
using Retrace.Benchmarks.Measuring;

namespace Retrace.Benchmarks;

/// <summary>
/// Steps of CSRS with the model that ships, alone and beside processes that keep a core busy each, against work whose
/// threads never wait for one another: that takes as much longer as the share of the cores explains.
/// </summary>
internal static class Neighbours
{
    /// <summary>The argument with which the process keeps one core busy until its standard input ends.</summary>
    public const string Busy = "busy";

    /// <summary>The argument with which the process does so many small pieces of work, on all cores.</summary>
    public const string Pieces = "pieces";

    private const string LongSpins = "long spins";
    private const int PieceTurns = 2_000_000; // Of a loop; some milliseconds.

    // As the OpenMP runtimes do it without a word from anybody.
    private static readonly (string Name, string? Value)[] RuntimesChoice =
        [("OMP_WAIT_POLICY", null), ("GOMP_SPINCOUNT", "300000"), ("KMP_BLOCKTIME", "200")];

    private static readonly (string Name, string? Value)[] OwnChoice =
        [("OMP_WAIT_POLICY", null), ("GOMP_SPINCOUNT", null), ("KMP_BLOCKTIME", null)];

    public static void Run(BenchmarkSettings settings)
    {
        int[] counts = settings.Smallest ? [0, 1] : [0, 1, 2, 4];
        int steps = settings.Smallest ? 1 : 2;
        string pieces = settings.Smallest ? "20" : "2000";
        string[] smallest = settings.Smallest
            ? ["--set", "data.batch=1", "--set", "rollout.group=2", "--set", "rollout.max_response_tokens=4"]
            : [];
        Rounds rounds = Rounds.Of(
            settings,
            [
                // Alone: beside others it takes minutes, and a trial may have others beside it.
                .. settings.Smallest ? [] : new (string, Action)[] { (LongSpins, () => Evolve(RuntimesChoice)) },
                .. counts.SelectMany(count => new (string, Action)[]
                {
                    (Name("steps", count), () => Beside(count, () => Evolve(OwnChoice))),
                    (Name("one thread", count), () => Beside(count, () => Evolve(OwnChoice, "--set", "threads=1"))),
                    (Name("pieces", count), () => Beside(count, () => Child.Finish(Child.OfBenchmarks(Pieces, pieces)))),
                }),
            ]);

        Console.WriteLine($"{steps} steps of retrace evolve with models/tiny, {Environment.ProcessorCount} threads:");
        Line("alone, seconds", rounds.Seconds(Name("steps", 0)));
        if (!settings.Smallest)
        {
            Line("alone, / with the runtime's own long spins", rounds.Ratio(Name("steps", 0), LongSpins));
        }
        Line("alone, / with one thread", rounds.Ratio(Name("steps", 0), Name("one thread", 0)));
        foreach (int count in counts.Where(count => count > 0))
        {
            Line($"beside {count}, / alone", rounds.Ratio(Name("steps", count), Name("steps", 0)));
            Line($"beside {count}, / alone, of independent pieces", rounds.Ratio(Name("pieces", count), Name("pieces", 0)));
            Line(
                $"beside {count}, / what the share of the cores explains",
                rounds.Of(seconds => seconds(Name("steps", count)) / seconds(Name("steps", 0))
                    / (seconds(Name("pieces", count)) / seconds(Name("pieces", 0)))));
            Line($"beside {count}, / with one thread", rounds.Ratio(Name("steps", count), Name("one thread", count)));
        }

        void Evolve((string Name, string? Value)[] environment, params string[] more)
        {
            string folder = Directory.CreateTempSubdirectory("retrace-benchmark-").FullName;
            try
            {
                string[] arguments = [.. Child.EvolveTiny(Path.Combine(folder, "run"), steps), .. smallest, .. more];
                Child.Finish(Child.OfRetrace(environment, arguments));
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    /// <summary>What <see cref="Busy"/> asks for.</summary>
    public static int KeepBusy()
    {
        new Thread(() =>
        {
            while (Console.Read() >= 0)
            {
            }
            Environment.Exit(0);
        }).Start();
        while (true)
        {
            Turn(PieceTurns);
        }
    }

    /// <summary>What <see cref="Pieces"/> asks for.</summary>
    public static int DoPieces(int count)
    {
        int done = 0;
        Thread[] threads =
        [
            .. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() =>
            {
                while (Interlocked.Increment(ref done) <= count)
                {
                    Turn(PieceTurns);
                }
            })),
        ];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return 0;
    }

    private static void Beside(int count, Action work)
    {
        Process[] neighbours = [.. Enumerable.Range(0, count).Select(_ => Child.OfBenchmarks(Busy))];
        try
        {
            work();
        }
        finally
        {
            foreach (Process neighbour in neighbours)
            {
                neighbour.Kill();
                neighbour.WaitForExit();
                neighbour.Dispose();
            }
        }
    }

    private static double Turn(int turns)
    {
        double value = 1;
        for (int turn = 0; turn < turns; turn++)
        {
            value = (value * 0.5) + 1;
        }
        return value;
    }

    private static string Name(string contestant, int neighbours) => $"{contestant} beside {neighbours}";

    private static void Line(string name, Spread spread) => Console.WriteLine($"  {name,-50} {spread.ToString("0.00")}");
}
