using Retrace.Configuration;
using Retrace.Models;
using Retrace.Models.Native;
using Retrace.Models.Network;
using static TorchSharp.torch;

namespace Retrace.Evaluation.Comparisons;

/// <summary>How many runs go on at once, and on how many threads each of them computes.</summary>
/// <remarks>
/// The threads of a run follow from its settings and its model alone, never from what goes on beside it: libtorch's
/// rounding depends on their number, and a run must give the same numbers alone and beside others. What goes on at once is
/// bounded by memory, too, but run by run, as they begin: <see cref="Training.Evolution.SharedMemory"/>.
/// </remarks>
internal sealed class RunsAtOnce
{
    // Up to this many weights operations are too small to be shared out by threads: other runs use the cores better.
    private const long MostWeightsOfSmall = 50_000_000;

    private readonly bool _isSmall;

    private RunsAtOnce(bool isSmall, int count)
    {
        _isSmall = isSmall;
        Count = count;
    }

    /// <summary>How many runs go on at once.</summary>
    public int Count { get; }

    /// <param name="modelFolder">The model that all runs start from.</param>
    /// <param name="runs">The settings of the runs.</param>
    /// <param name="asked">How many are asked for; null: as many as there are cores for.</param>
    /// <param name="comparesSeconds">Whether run times are compared; runs beside each other would distort them.</param>
    /// <exception cref="BadInputException">So many cannot go on at once.</exception>
    public static RunsAtOnce Of(
        string modelFolder, IReadOnlyCollection<RunConfiguration> runs, int? asked, bool comparesSeconds = false)
    {
        LibTorch.Prepare();
        bool isLocal = runs.All(ComputesHere);
        if (asked < 1)
        {
            throw new BadInputException($"--parallel is {asked}, but must be at least 1");
        }
        if (asked > 1 && !isLocal)
        {
            throw new BadInputException(
                $"--parallel is {asked}, but runs that compute on a GPU or sample on servers take turns; leave it out");
        }
        if (asked > 1 && comparesSeconds)
        {
            throw new BadInputException(
                $"--parallel is {asked}, but a vote that is given another run's seconds needs runs that take turns, since runs "
                + "beside each other take longer; leave it out");
        }
        bool isSmall = IsSmall(modelFolder);
        int cores = Environment.ProcessorCount;
        int possible = isLocal && !comparesSeconds
            ? Math.Max(1, cores / runs.Max(run => ThreadsOf(run, isSmall) ?? cores))
            : 1;
        return new RunsAtOnce(isSmall, asked ?? possible);
    }

    /// <summary>The settings of a run, which here say how many threads it takes.</summary>
    public RunConfiguration SettingsOf(RunConfiguration run) => run with { Threads = ThreadsOf(run, _isSmall) };

    /// <summary>Does the jobs of the runs: see <see cref="JobQueue.Complete"/>.</summary>
    public void Complete(IReadOnlyList<Job> jobs, CancellationToken cancellation)
    {
        // libtorch counts threads by thread, and gives one that it has not seen the number that was set last, by whomever.
        int usual = get_num_threads();
        try
        {
            JobQueue.Complete(jobs, Count, () => set_num_threads(usual), cancellation);
        }
        finally
        {
            set_num_threads(usual);
        }
    }

    // Null: as many as there are cores.
    private static int? ThreadsOf(RunConfiguration run, bool isSmall) =>
        run.Threads ?? (isSmall && ComputesHere(run) ? 1 : null);

    private static bool ComputesHere(RunConfiguration run) =>
        run.Model.Device == "cpu" && run.Rollout.Engine == "local";

    // What is wrong with a folder, the first run says.
    private static bool IsSmall(string modelFolder)
    {
        if (!File.Exists(Path.Combine(modelFolder, "config.json")))
        {
            return false;
        }
        using VisionLanguageNetwork shapes = new(ModelFamilies.LoadConfig(modelFolder), ScalarType.Float32, META);
        return shapes.Parameters.Count <= MostWeightsOfSmall;
    }
}
