using Retrace.Testing;

namespace Retrace.Packages.Tests;

/// <summary>The command line as a .NET tool.</summary>
public sealed class ToolTests(LocalFeed feed) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_installed_tool_takes_a_step()
    {
        string tools = _folder.Combine("tools");
        await Command.RunAsync(
            _folder.Combine(""),
            "dotnet",
            "tool", "install", "Retrace.Cli", "--tool-path", tools, "--source", feed.Packages);
        string problems =
            _folder.Write("problems.jsonl", string.Join('\n', File.ReadLines(Shipped.TrainingProblems).Take(2)));
        string output = await Command.RunAsync(
            _folder.Combine(""),
            Path.Combine(tools, OperatingSystem.IsWindows() ? "retrace.exe" : "retrace"),
            "evolve", "--model", Shipped.Model, "--data", problems, "--output", "run", "--steps", "1", "--set",
            "rollout.group=2", "--set", "retrace.samples=1");
        Assert.Contains("step 1/1", output);
        Assert.True(File.Exists(Path.Combine(_folder.Combine("run"), "checkpoints", "step-1", "model.safetensors")));
    }
}
