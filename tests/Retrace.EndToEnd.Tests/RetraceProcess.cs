using System.Diagnostics;

namespace Retrace.EndToEnd.Tests;

/// <summary>A finished run of the command line, as a user's shell would see it.</summary>
internal sealed record RetraceProcess(int ExitCode, string Output, string Error)
{
    /// <summary>Runs <c>retrace</c> in a process of its own and waits for its end.</summary>
    public static Task<RetraceProcess> RunAsync(params string[] arguments) => EndOfAsync(Start(arguments));

    /// <summary>The same with the program in another folder, and a variable in its environment.</summary>
    public static Task<RetraceProcess> RunAsync(
        string folder, (string Name, string? Value) variable, params string[] arguments)
    {
        ProcessStartInfo start = InfoOf(folder, arguments);
        start.Environment[variable.Name] = variable.Value;
        return EndOfAsync(Process.Start(start)!);
    }

    /// <summary>The same with variables in its environment, of which those without a value are removed.</summary>
    public static Task<RetraceProcess> RunAsync(
        IEnumerable<(string Name, string? Value)> environment, params string[] arguments) =>
        EndOfAsync(Start(environment, arguments));

    /// <summary>Runs the program of <c>benchmarks/</c>.</summary>
    public static Task<RetraceProcess> RunBenchmarkAsync(params string[] arguments) =>
        EndOfAsync(Process.Start(InfoOf(AppContext.BaseDirectory, arguments, "Retrace.Benchmarks.dll"))!);

    /// <summary>Starts <c>retrace</c> and leaves it running; what it prints has to be read, or it stops to wait.</summary>
    public static Process Start(params string[] arguments) =>
        Process.Start(InfoOf(AppContext.BaseDirectory, arguments))!;

    /// <summary>The same with variables in its environment.</summary>
    public static Process Start(IEnumerable<(string Name, string? Value)> environment, params string[] arguments)
    {
        ProcessStartInfo start = InfoOf(AppContext.BaseDirectory, arguments);
        foreach ((string name, string? value) in environment)
        {
            start.Environment[name] = value;
        }
        return Process.Start(start)!;
    }

    /// <summary>Waits until a run's folder has the metrics of so many steps, with the process at work on the next, or it has ended.</summary>
    public static async Task UntilStepsAsync(Process process, string run, int steps)
    {
        string metrics = Path.Combine(run, "metrics.jsonl");
        while (!process.HasExited && (!File.Exists(metrics) || File.ReadLines(metrics).Count() < steps))
        {
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits for the end of a process that has been started, and disposes it.</summary>
    public static async Task<RetraceProcess> EndOfAsync(Process started)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using Process process = started;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation);
        Task<string> error = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return new RetraceProcess(process.ExitCode, await output, await error);
    }

    // One thread unless the tests were started with more: their tensors are too small to be shared out, and several
    // processes run at once. Nor does a process of a few seconds gain by instrumenting its code.
    private static ProcessStartInfo InfoOf(string folder, string[] arguments, string program = "Retrace.Cli.dll")
    {
        ProcessStartInfo start = new("dotnet", [Path.Combine(folder, program), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.TryAdd("OMP_NUM_THREADS", "1");
        start.Environment.TryAdd("DOTNET_TieredPGO", "0");
        return start;
    }
}
