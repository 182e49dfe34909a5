using System.Diagnostics;
using Retrace.Models.Network;
using Retrace.Training.Rollouts;

namespace Retrace.Benchmarks;

/// <summary>
/// What generating leaves to the garbage collector, a token, and whether native memory stays where it is.
/// </summary>
internal static class Allocation
{
    private const double Mebibyte = 1 << 20;

    public static void Run(BenchmarkSettings settings)
    {
        ModelConfig config = settings.Smallest
            ? RandomModel.Smallest
            : RandomModel.Shape(hidden: 128, layers: 4, vocabulary: 726);
        (int few, int many) = settings.Smallest ? (4, 8) : (64, 320);
        using VisionLanguageNetwork model = RandomModel.Create(config);
        foreach (int batch in settings.Smallest ? [2] : (int[])[1, 16, 128])
        {
            var engine = new LocalRolloutEngine(model, batch);
            Generate(engine, batch, many);
            long start = GC.GetTotalAllocatedBytes(precise: true);
            Generate(engine, batch, few);
            long middle = GC.GetTotalAllocatedBytes(precise: true);
            Generate(engine, batch, many);
            long end = GC.GetTotalAllocatedBytes(precise: true);
            double perStep = (double)(end - middle - (middle - start)) / (many - few);

            double[] peak = new double[settings.Rounds];
            TimeSpan collecting = GC.GetTotalPauseDuration();
            var clock = Stopwatch.StartNew();
            for (int round = 0; round < settings.Rounds; round++)
            {
                Generate(engine, batch, many);
                using Process self = Process.GetCurrentProcess();
                peak[round] = self.PeakWorkingSet64 / Mebibyte;
            }
            double share = (GC.GetTotalPauseDuration() - collecting) / clock.Elapsed;
            Console.WriteLine($"batch {batch}, the {few}th to the {many}th token of each response:");
            Console.WriteLine($"  managed bytes a step                       {perStep:0}");
            Console.WriteLine($"  managed bytes a token                      {perStep / batch:0.0}");
            Console.WriteLine($"  share of the time in garbage collection    {share:0.0000}");
            Console.WriteLine("  peak MiB after each further generation     "
                + string.Join(' ', peak.Select(one => $"{one:0.0}")));
        }

        void Generate(LocalRolloutEngine engine, int batch, int tokens) => engine.Generate(
            [.. Enumerable.Range(0, batch).Select(i =>
                new RolloutRequest(RandomModel.Tokens(config, 16, i), [], tokens, [RandomStream.For(2, i)]))],
            new SamplingSettings(Temperature: 1),
            CancellationToken.None);
    }
}
