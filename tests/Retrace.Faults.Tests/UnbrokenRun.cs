using System.Diagnostics;

[assembly: AssemblyFixture(typeof(Retrace.Faults.Tests.UnbrokenRun))]

namespace Retrace.Faults.Tests;

/// <summary>The run that every broken one has to equal, and how long its parts take.</summary>
public sealed class UnbrokenRun : IAsyncLifetime
{
    private static readonly string Folder = System.IO.Directory.CreateTempSubdirectory("retrace-faults-").FullName;

    /// <summary>What all runs train on.</summary>
    internal static string Problems { get; } = Path.Combine(Folder, "problems.jsonl");

    internal TinyRun Run { get; } = new(Path.Combine(Folder, "unbroken"));

    /// <summary>From the start of the process to its end.</summary>
    internal TimeSpan Whole { get; private set; }

    /// <summary>From a step's line to the next one's, on average: rollout, learning, evaluation, checkpoint.</summary>
    internal TimeSpan Step { get; private set; }

    public async ValueTask InitializeAsync()
    {
        File.WriteAllLines(Problems, File.ReadLines(Repository.TrainingProblems).Take(4));
        var clock = Stopwatch.StartNew();
        using Process process = Run.Start();
        Task<string> error = process.StandardError.ReadToEndAsync();
        List<TimeSpan> steps = [];
        while (await process.StandardOutput.ReadLineAsync() is string line)
        {
            if (line.Contains(" step ", StringComparison.Ordinal))
            {
                steps.Add(clock.Elapsed);
            }
        }
        await process.WaitForExitAsync();
        Whole = clock.Elapsed;
        Assert.Equal((0, ""), (process.ExitCode, await error));
        Assert.Equal(TinyRun.Steps, steps.Count);
        Step = (steps[^1] - steps[0]) / (steps.Count - 1);
    }

    public ValueTask DisposeAsync()
    {
        System.IO.Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}
