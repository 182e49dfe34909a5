using System.Diagnostics;

namespace Retrace.Benchmarks.Measuring;

/// <summary>
/// Several contestants timed in turn, A B A B …, so that whatever else the machine does falls on all of them alike. Each
/// runs once before it counts, but in a trial.
/// </summary>
internal sealed class Rounds
{
    private readonly Dictionary<string, double[]> _seconds; // [rounds]
    private readonly Dictionary<string, double[]> _processorSeconds; // [rounds]

    private Rounds(Dictionary<string, double[]> seconds, Dictionary<string, double[]> processorSeconds)
    {
        _seconds = seconds;
        _processorSeconds = processorSeconds;
    }

    public static Rounds Of(BenchmarkSettings settings, params (string Name, Action Work)[] contestants)
    {
        int count = settings.Rounds;
        var seconds = contestants.ToDictionary(contestant => contestant.Name, _ => new double[count]);
        var processorSeconds = contestants.ToDictionary(contestant => contestant.Name, _ => new double[count]);
        for (int round = settings.Smallest ? 0 : -1; round < count; round++)
        {
            foreach ((string name, Action work) in contestants)
            {
                // What one contestant leaves behind is not collected in the next one's time.
                GC.Collect();
                GC.WaitForPendingFinalizers();
                TimeSpan spent = Environment.CpuUsage.TotalTime;
                long start = Stopwatch.GetTimestamp();
                work();
                if (round >= 0)
                {
                    seconds[name][round] = Stopwatch.GetElapsedTime(start).TotalSeconds;
                    processorSeconds[name][round] = (Environment.CpuUsage.TotalTime - spent).TotalSeconds;
                }
            }
        }
        return new Rounds(seconds, processorSeconds);
    }

    /// <summary>A quantity of each round.</summary>
    /// <param name="quantity">Of the seconds that a contestant, named, took in that round.</param>
    public Spread Of(Func<Func<string, double>, double> quantity) =>
        Spread.Of([.. Enumerable.Range(0, _seconds.Values.First().Length)
            .Select(round => quantity(name => _seconds[name][round]))]);

    /// <summary>
    /// Time of processors that this process took, all threads together: what other processes do beside it takes none of
    /// that.
    /// </summary>
    public Spread ProcessorSeconds(string name) => Spread.Of(_processorSeconds[name]);

    public Spread Seconds(string name) => Of(seconds => seconds(name));

    /// <summary>How much longer one takes than the other: the ratios inside each round.</summary>
    public Spread Ratio(string name, string other) => Of(seconds => seconds(name) / seconds(other));
}
