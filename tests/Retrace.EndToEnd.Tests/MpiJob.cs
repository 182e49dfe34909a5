using System.Diagnostics;

namespace Retrace.EndToEnd.Tests;

/// <summary>A job of several processes of <c>retrace</c>, started by mpirun.</summary>
internal static class MpiJob
{
    // As root in a container, and without a system call that containers forbid.
    private static readonly (string Name, string? Value)[] Environment =
    [
        ("OMPI_ALLOW_RUN_AS_ROOT", "1"),
        ("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"),
        ("OMPI_MCA_btl_vader_single_copy_mechanism", "none"),
        ("DOTNET_TieredPGO", "0"),
    ];

    /// <summary>What to do where <see cref="IsPossible"/> is false.</summary>
    public const string Missing =
        "mpirun is missing: apt-get install openmpi-bin (Debian), or another package of Open MPI";

    public static bool IsPossible { get; } = (System.Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, "mpirun")));

    public static Task<RetraceProcess> RunAsync(int processes, params string[] arguments) =>
        RunAsync(processes, [], arguments);

    /// <summary>The same with more variables in the environment of all processes.</summary>
    public static async Task<RetraceProcess> RunAsync(
        int processes, (string Name, string? Value)[] environment, string[] arguments)
    {
        using Process job = Start(processes, environment, arguments);
        return await EndOfAsync(job);
    }

    public static Process Start(int processes, params string[] arguments) => Start(processes, [], arguments);

    private static Process Start(int processes, (string Name, string? Value)[] environment, string[] arguments)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Retrace.Cli.dll");
        var start = new ProcessStartInfo(
            "mpirun",
            ["-n", $"{processes}", "--oversubscribe", "--bind-to", "none", "dotnet", program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string? value) in Environment.Concat(environment))
        {
            start.Environment[name] = value;
        }
        Process job = Process.Start(start)!;
        job.StandardInput.Close();
        return job;
    }

    public static async Task<RetraceProcess> EndOfAsync(Process job)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        Task<string> output = job.StandardOutput.ReadToEndAsync(cancellation);
        Task<string> error = job.StandardError.ReadToEndAsync(cancellation);
        await job.WaitForExitAsync(cancellation);
        return new RetraceProcess(job.ExitCode, await output, await error);
    }

    /// <summary>Kills the process of this rank on the spot.</summary>
    public static void Kill(Process job, int rank)
    {
        string mark = $"OMPI_COMM_WORLD_RANK={rank}\0";
        string children = File.ReadAllText($"/proc/{job.Id}/task/{job.Id}/children");
        int id = children.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(int.Parse)
            .Single(child => File.ReadAllText($"/proc/{child}/environ").Contains(mark, StringComparison.Ordinal));
        using var process = Process.GetProcessById(id);
        process.Kill();
    }
}
