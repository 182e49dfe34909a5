using System.Diagnostics;

namespace Retrace.Benchmarks.Measuring;

/// <summary>The resident memory of a process over its life.</summary>
/// <param name="AfterAFifth">In bytes, when a fifth of its time was over.</param>
/// <param name="Highest">In bytes.</param>
/// <param name="Slope">
/// Bytes by which it would grow in the time of the whole process: of the straight line (least squares) through what was seen after
/// the first fifth.
/// </param>
internal sealed record ResidentMemory(double AfterAFifth, double Highest, double Slope)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Watches a process to its end, which has to be a good one, and disposes it.</summary>
    public static ResidentMemory Of(Process process)
    {
        List<(double Seconds, double Bytes)> seen = [];
        var clock = Stopwatch.StartNew();
        do
        {
            if (ResidentBytes(process) is > 0 and double bytes)
            {
                seen.Add((clock.Elapsed.TotalSeconds, bytes));
            }
        }
        while (!process.WaitForExit(Pause));
        double whole = clock.Elapsed.TotalSeconds;
        Child.Finish(process);
        (double Seconds, double Bytes)[] later = [.. seen.Where(one => one.Seconds >= whole / 5)];
        double seconds = later.Average(one => one.Seconds);
        double mean = later.Average(one => one.Bytes);
        double spread = later.Sum(one => (one.Seconds - seconds) * (one.Seconds - seconds));
        double slope = spread == 0 ? 0 : later.Sum(one => (one.Seconds - seconds) * (one.Bytes - mean)) / spread;
        return new ResidentMemory(later[0].Bytes, seen.Max(one => one.Bytes), slope * whole);
    }

    private static double ResidentBytes(Process process)
    {
        try
        {
            process.Refresh();
            return process.WorkingSet64;
        }
        catch (InvalidOperationException) when (process.HasExited)
        {
            return 0;
        }
    }
}
