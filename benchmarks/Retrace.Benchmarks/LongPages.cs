using System.Diagnostics;
using Retrace.Benchmarks.Measuring;
using Retrace.Dashboard;
using Retrace.Runs;

namespace Retrace.Benchmarks;

/// <summary>The report and the live page of many long runs, against those of fewer and of shorter ones.</summary>
internal static class LongPages
{
    private const int StepsWithTrajectories = 100; // Of each run, as evenly spread as they go.

    public static void Run(BenchmarkSettings settings)
    {
        (int runs, int steps) = settings.Smallest ? (2, 20) : (50, 10_000);
        string folder = Directory.CreateTempSubdirectory("retrace-benchmark-").FullName;
        try
        {
            string few = Write(folder, "few", Math.Max(1, runs / 10), steps);
            string brief = Write(folder, "brief", runs, Math.Max(2, steps / 10));
            string all = Write(folder, "all", runs, steps);
            List<double> first = [];
            List<double> second = [];
            Rounds rounds = Rounds.Of(
                settings,
                ("few", () => Report(few)),
                ("brief", () => Report(brief)),
                ("all", () => Report(all)),
                ("page", () => OpenPage(all, first, second)));
            Console.WriteLine($"{runs} runs of {steps} steps:");
            Line("report, seconds", rounds.Seconds("all"));
            Line("report, / of a tenth of the runs", rounds.Ratio("all", "few"));
            Line("report, / of a tenth of the steps", rounds.Ratio("all", "brief"));
            Line("live page, seconds from the start of the server", Spread.Of([.. first.TakeLast(settings.Rounds)]));
            Line("live page, seconds when it is opened again", Spread.Of([.. second.TakeLast(settings.Rounds)]));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Report(string folder) => Reporting.Report.Write(
        [.. Directory.GetDirectories(folder).Order(StringComparer.Ordinal).Select(RunReader.Read)],
        Path.Combine(folder, "report.html"));

    private static void OpenPage(string folder, List<double> first, List<double> second)
    {
        (double started, double again) = OpenPageAsync(folder).GetAwaiter().GetResult();
        first.Add(started);
        second.Add(again);
    }

    private static async Task<(double First, double Again)> OpenPageAsync(string folder)
    {
        long start = Stopwatch.GetTimestamp();
        await using DashboardServer server = await DashboardServer.StartAsync(folder, port: 0, TimeSpan.FromMinutes(10));
        using HttpClient client = new() { BaseAddress = server.Address, Timeout = TimeSpan.FromMinutes(10) };
        await client.GetStringAsync("/");
        double first = Stopwatch.GetElapsedTime(start).TotalSeconds;
        start = Stopwatch.GetTimestamp();
        await client.GetStringAsync("/");
        return (first, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    // Returns the folder of the runs.
    private static string Write(string parent, string name, int runs, int steps)
    {
        string folder = Path.Combine(parent, name);
        for (int run = 0; run < runs; run++)
        {
            string directory = Path.Combine(folder, $"run-{run:00}");
            using RunWriter writer = RunWriter.Open(directory, resumeAfterStep: -1);
            File.WriteAllText(Path.Combine(directory, RunFolder.Config), $"method: csrs\nseed: {run}\nsteps: {steps}\n");
            for (int step = 1; step <= steps; step++)
            {
                writer.Append(Metrics(run, step));
                if (step % Math.Max(1, steps / StepsWithTrajectories) == 0)
                {
                    writer.Append(new TrajectorySample
                    {
                        Step = step,
                        ProblemId = "problem",
                        Question = "How large is the angle?",
                        Response = "The two angles add up to 90, so it is 40.",
                        Answer = "40",
                        Reward = 1,
                        Advantage = 1,
                        Retraced = [],
                    });
                }
            }
        }
        return folder;
    }

    private static StepMetrics Metrics(int run, int step)
    {
        double wave = Math.Sin((step * 0.01) + run);
        return new StepMetrics
        {
            Step = step,
            Method = "csrs",
            Seed = run,
            RewardMean = 0.5 + (0.3 * wave),
            MajorityShare = 0.6 + (0.2 * wave),
            HighConfidenceShare = 0.3 + (0.2 * wave),
            DistinctAnswers = 3 + wave,
            Entropy = 0.5 - (0.2 * wave),
            Kl = 0.01 * (1 + wave),
            GradNorm = 1 + wave,
            ResponseTokensMean = 200 + (50 * wave),
            MaternalTokens = 20_000,
            RetracedTokens = 15_000,
            StepSeconds = 20,
            RolloutSeconds = 12,
            SamplingSeconds = 8,
            ReinferenceSeconds = 3,
            PerturbingSeconds = 0.5,
            WaitingSeconds = 0.3,
            LearnSeconds = 8,
            TokensPerSecond = 2900,
            TrainAccuracy = 0.4 + (0.1 * wave),
            EvalAccuracy = step % 100 == 0 ? 0.5 + (0.1 * wave) : null,
            EvalSamples = step % 100 == 0 ? 400 : null,
        };
    }

    private static void Line(string name, Spread spread) => Console.WriteLine($"  {name,-50} {spread.ToString("0.00")}");
}
