using System.Diagnostics;

namespace Retrace.Faults.Tests;

/// <summary>A run that nothing has broken off, and how long its parts took.</summary>
/// <param name="Run">The run.</param>
/// <param name="Whole">From the start of the process to its end.</param>
/// <param name="Step">From a step's line to the next one's, on average: rollout, learning, evaluation, checkpoint.</param>
internal sealed record TimedRun(TinyRun Run, TimeSpan Whole, TimeSpan Step)
{
    /// <summary>Lets a run go from its start to its end.</summary>
    public static async Task<TimedRun> OfAsync(TinyRun run)
    {
        var clock = Stopwatch.StartNew();
        using Process process = run.Start();
        Task<string> error = process.StandardError.ReadToEndAsync();
        List<TimeSpan> steps = [];
        while (await process.StandardOutput.ReadLineAsync() is string line)
        {
            if (line.Contains($"/{TinyRun.Steps} ", StringComparison.Ordinal))
            {
                steps.Add(clock.Elapsed);
            }
        }
        await process.WaitForExitAsync();
        TimeSpan whole = clock.Elapsed;
        Assert.Equal((0, ""), (process.ExitCode, await error));
        Assert.Equal(TinyRun.Steps, steps.Count);
        run.Kind.AssertShownBy(run);
        return new TimedRun(run, whole, (steps[^1] - steps[0]) / (steps.Count - 1));
    }
}
