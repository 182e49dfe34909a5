using System.Diagnostics;
using System.Globalization;
using Retrace.Benchmarks.Measuring;
using Retrace.Runs;

namespace Retrace.Benchmarks;

/// <summary>
/// Resident memory of works that take long, as processes: a run of many steps, many runs of one comparison, an evaluation of many
/// samples, and looking at ever larger files. After the first fifth it should stay where it is.
/// </summary>
internal static class LongWork
{
    private const double Mebibyte = 1 << 20;

    // So small that the loop counts, and not the arithmetic.
    private static readonly string[] SmallSteps =
    [
        "--set", "data.batch=2", "--set", "rollout.group=4", "--set", "retrace.samples=2", "--set", "learn.mini_batch=8",
        "--set", "rollout.max_response_tokens=48", "--set", "threads=1", "--set", "evaluation.samples=1",
    ];

    public static void Run(BenchmarkSettings settings)
    {
        (int steps, int seeds, int samples) = settings.Smallest ? (6, 1, 1) : (2000, 10, 50);
        string folder = Directory.CreateTempSubdirectory("retrace-benchmark-").FullName;
        try
        {
            string run = Path.Combine(folder, "run");
            Show("evolve", 100.0 / steps, "100 steps", ResidentMemory.Of(Child.OfRetrace(
                [.. Child.EvolveTiny(run, steps), .. SmallSteps, "--set", $"evaluation.data={Child.Problems("evaluation")}",
                "--set", "evaluation.limit=4", "--set", $"evaluation.every={Math.Max(2, steps / 20)}"])));
            double[] seconds = [.. RunReader.Read(run).Metrics.Select(step => step.StepSeconds).OfType<double>()];
            Line("a step of the last fifth / of the second, seconds", seconds[(4 * seconds.Length / 5)..].Average()
                / seconds[(seconds.Length / 5)..Math.Max((seconds.Length / 5) + 1, 2 * seconds.Length / 5)].Average());

            string few = Path.Combine(folder, "few.jsonl");
            File.WriteAllLines(few, File.ReadLines(Child.Problems("test")).Take(settings.Smallest ? 2 : 20));
            Show($"compare, {2 * seeds} runs", 1.0 / (2 * seeds), "run", ResidentMemory.Of(Child.OfRetrace(
                ["compare", "--model", Child.Model, "--data", Child.Problems("train"), "--test", few, "--output",
                Path.Combine(folder, "comparison"), "--methods", "csrs,majority", "--seeds", $"{seeds}", "--samples", "1",
                "--parallel", "1", "--set", $"steps={(settings.Smallest ? 1 : 25)}", .. SmallSteps])));

            string[] limit = settings.Smallest ? ["--limit", "2"] : [];
            Show("eval", 0.05, "twentieth of the samples", ResidentMemory.Of(Child.OfRetrace(
                ["eval", "--model", Child.Model, "--data", Child.Problems("test"), "--samples", $"{samples}", "--max-tokens", "48",
                "--threads", "1", .. limit])));

            int[] records = settings.Smallest ? [10, 20] : [10_000, 100_000];
            double[] peaks = Array.ConvertAll(records, count =>
            {
                string made = Path.Combine(folder, $"{count}");
                Child.Finish(Child.OfRetrace(
                    "data", "make", "--output", made, "--train", $"{count}", "--evaluation", "1", "--test", "1",
                    "--format", "parquet"));
                double peak = ResidentMemory.Of(
                    Child.OfRetrace("data", "inspect", Path.Combine(made, "train.parquet"))).Highest / Mebibyte;
                Console.WriteLine($"inspecting {count} problems with images");
                Line("peak, MiB", peak);
                Directory.Delete(made, recursive: true);
                return peak;
            });
            Line($"peak of {records[1]} / of {records[0]}", peaks[1] / peaks[0]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Show(string work, double part, string unit, ResidentMemory memory)
    {
        Console.WriteLine(work);
        Line("resident after a fifth of the time, MiB", memory.AfterAFifth / Mebibyte);
        Line("resident at most, MiB", memory.Highest / Mebibyte);
        Line($"growth after the first fifth, MiB a {unit}", memory.Slope * part / Mebibyte);
    }

    private static void Line(string name, double value) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-60} {value:0.00}"));
}
