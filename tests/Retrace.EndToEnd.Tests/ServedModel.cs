using System.Diagnostics;

namespace Retrace.EndToEnd.Tests;

/// <summary>The model that ships, or another, behind <c>retrace serve-model</c> in a process of its own.</summary>
internal sealed class ServedModel : IAsyncDisposable
{
    /// <summary>The environment variable that holds the servers' bearer token, for those who ask them.</summary>
    public const string Variable = "RETRACE_TEST_KEY";

    public const string Token = "token-of-the-test";

    private readonly Process _process;

    private ServedModel(Process process, string address)
    {
        _process = process;
        Address = address;
    }

    public string Address { get; }

    /// <summary>The settings of a run that samples here.</summary>
    public string[] Settings =>
    [
        "--set", "rollout.engine=openai", "--set", $"rollout.servers={Address}",
        "--set", $"rollout.api_key_variable={Variable}", "--set", "rollout.hedge_after=86400",
        "--set", "rollout.request_timeout=86400",
    ];

    /// <param name="updates">The folder below which it takes weights.</param>
    /// <param name="port">0: any that is free.</param>
    /// <param name="limits">More options.</param>
    public static Task<ServedModel> StartAsync(string updates, int port = 0, params string[] limits) =>
        StartAsync(updates, [], port, limits);

    /// <summary>The same with more variables in the server's environment.</summary>
    public static Task<ServedModel> StartAsync(
        string updates, (string Name, string? Value)[] environment, int port = 0, params string[] limits) =>
        StartAsync(Repository.Model, updates, environment, port, limits);

    /// <summary>The same with another model.</summary>
    public static Task<ServedModel> OfModelAsync(string model, string updates) =>
        StartAsync(model, updates, [], port: 0, []);

    private static async Task<ServedModel> StartAsync(
        string model, string updates, (string Name, string? Value)[] environment, int port, string[] limits)
    {
        Environment.SetEnvironmentVariable(Variable, Token); // Inherited, and no argument that others could read.
        Process process = RetraceProcess.Start(
            environment,
            [
                "serve-model", "--model", model, "--port", $"{port}", "--api-key-env", Variable,
                "--updates-from", updates, .. limits,
            ]);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        if (await process.StandardOutput.ReadLineAsync(cancellation) is not string line)
        {
            throw new InvalidOperationException(await process.StandardError.ReadToEndAsync(cancellation));
        }
        string address = line.Split(' ').Single(word => word.StartsWith("http://", StringComparison.Ordinal));
        return new ServedModel(process, address[..^"/v1".Length]);
    }

    /// <summary>Kills it on the spot.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }
}
