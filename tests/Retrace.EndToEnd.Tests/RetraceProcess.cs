using System.Diagnostics;

namespace Retrace.EndToEnd.Tests;

/// <summary>A finished run of the command line, as a user's shell would see it.</summary>
internal sealed record RetraceProcess(int ExitCode, string Output, string Error)
{
    /// <summary>Runs <c>retrace</c> in a process of its own and waits for its end.</summary>
    public static async Task<RetraceProcess> RunAsync(params string[] arguments)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using Process process = Start(arguments);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation);
        Task<string> error = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return new RetraceProcess(process.ExitCode, await output, await error);
    }

    /// <summary>Starts <c>retrace</c> and leaves it running; what it prints has to be read, or it stops to wait.</summary>
    public static Process Start(params string[] arguments)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Retrace.Cli.dll");
        return Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }
}
