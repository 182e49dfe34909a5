using System.Diagnostics;
using Retrace.Benchmarks.Measuring;

namespace Retrace.Benchmarks;

/// <summary>
/// How long the command line takes, as a process, to show its help, to generate a token, and to come to the first step of a run.
/// </summary>
internal static class StartUp
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static void Run(BenchmarkSettings settings)
    {
        Rounds help = Rounds.Of(
            settings,
            ("nothing", () => Child.Finish(Child.OfBenchmarks(Program.Nothing))),
            ("help", () => Child.Finish(Child.OfRetrace("--help"))),
            ("generate", () => Child.Finish(Child.OfRetrace(
                "generate", "--model", Child.Model, "--prompt", "How large is the angle?", "--max-tokens", "1"))));
        Console.WriteLine("processes, seconds:");
        Line("one that does nothing", help.Seconds("nothing"));
        Line("retrace --help", help.Seconds("help"));
        Line("retrace --help / nothing", help.Ratio("help", "nothing"));
        Line("retrace generate, to the end after one token", help.Seconds("generate"));
        Line("retrace generate, one token / nothing", help.Ratio("generate", "nothing"));

        var toStep = new List<double>();
        var overStep = new List<double>();
        for (int round = 0; round < Math.Max(1, settings.Rounds); round++)
        {
            string folder = Directory.CreateTempSubdirectory("retrace-benchmark-").FullName;
            try
            {
                string run = Path.Combine(folder, "run");
                string[] smallest = settings.Smallest
                    ? [
                        "--set", "threads=1", "--set", "data.batch=1", "--set", "rollout.group=2",
                        "--set", "rollout.max_response_tokens=4",
                    ]
                    : [];
                long start = Stopwatch.GetTimestamp();
                using Process evolving = Child.OfRetrace([.. Child.EvolveTiny(run, steps: 1), .. smallest]);
                // The configuration is written when all is loaded, and a step's line of metrics when it is over.
                WaitFor(evolving, () => File.Exists(Path.Combine(run, "config.yaml")));
                toStep.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
                WaitFor(
                    evolving, () => new FileInfo(Path.Combine(run, "metrics.jsonl")) is { Exists: true, Length: > 0 });
                overStep.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
                Child.Finish(evolving);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        Line("retrace evolve, until the first step begins", Spread.Of([.. toStep]));
        Line("retrace evolve, until the first step is over", Spread.Of([.. overStep]));
    }

    private static void WaitFor(Process process, Func<bool> happened)
    {
        long start = Stopwatch.GetTimestamp();
        while (!happened() && !process.HasExited && Stopwatch.GetElapsedTime(start) < Patience)
        {
            Thread.Sleep(5);
        }
    }

    private static void Line(string name, Spread spread) => Console.WriteLine($"  {name,-46} {spread.ToString("0.000")}");
}
