using System.Text.Json.Nodes;

[assembly: AssemblyFixture(typeof(Retrace.Faults.Tests.UnbrokenRun))]

namespace Retrace.Faults.Tests;

/// <summary>The run that every broken one has to equal, and how long its parts take.</summary>
public sealed class UnbrokenRun : IAsyncLifetime
{
    private static readonly string Folder = System.IO.Directory.CreateTempSubdirectory("retrace-faults-").FullName;

    /// <summary>What all runs train on: problems that say in other words what they ask.</summary>
    internal static string Problems { get; } = Path.Combine(Folder, "problems.jsonl");

    internal TimedRun Timed { get; private set; } = null!;

    internal TinyRun Run => Timed.Run;

    public async ValueTask InitializeAsync()
    {
        File.WriteAllLines(Problems, File.ReadLines(Repository.TrainingProblems).Take(4).Select(WithOtherWords));
        Timed = await TimedRun.OfAsync(new TinyRun(Path.Combine(Folder, "unbroken")));
    }

    public ValueTask DisposeAsync()
    {
        System.IO.Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static string WithOtherWords(string line)
    {
        JsonObject problem = JsonNode.Parse(line)!.AsObject();
        problem["rephrased"] = $"Look at the figure. {problem["question"]!.GetValue<string>()}";
        return problem.ToJsonString();
    }
}
