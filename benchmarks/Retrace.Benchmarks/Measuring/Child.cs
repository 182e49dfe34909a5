using System.Diagnostics;

namespace Retrace.Benchmarks.Measuring;

/// <summary>Processes that are measured as a whole, or that others are measured beside.</summary>
internal static class Child
{
    /// <summary>Starts the command line of this build.</summary>
    public static Process OfRetrace(params string[] arguments) => Start("Retrace.Cli.dll", arguments, []);

    /// <summary>The same with variables in its environment; null removes one.</summary>
    public static Process OfRetrace(IEnumerable<(string Name, string? Value)> environment, params string[] arguments) =>
        Start("Retrace.Cli.dll", arguments, environment);

    /// <summary>Starts this program again.</summary>
    public static Process OfBenchmarks(params string[] arguments) => Start("Retrace.Benchmarks.dll", arguments, []);

    /// <summary>The folder of the model that ships.</summary>
    public static string Model => Path.Combine(Root(), "models", "tiny");

    /// <summary>The file of problems that ship: train, evaluation or test.</summary>
    public static string Problems(string part) => Path.Combine(Root(), "data", "geometry", $"{part}.jsonl");

    /// <summary>The arguments of steps of CSRS with the model and the problems that ship.</summary>
    public static string[] EvolveTiny(string output, int steps) =>
        ["evolve", "--model", Model, "--data", Problems("train"), "--output", output, "--steps", $"{steps}"];

    /// <summary>Waits for the end of a process, which has to be a good one, and disposes it.</summary>
    public static void Finish(Process process)
    {
        using (process)
        {
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"{process.StartInfo.FileName} ended with {process.ExitCode}.");
            }
        }
    }

    // Its standard input stays open until this process ends or disposes it.
    private static Process Start(
        string program, string[] arguments, IEnumerable<(string Name, string? Value)> environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, program), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string? value) in environment)
        {
            start.Environment[name] = value;
        }
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, line) => Console.Error.Write(line.Data is null ? "" : $"{line.Data}\n");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Retrace.slnx")))
        {
            folder = folder.Parent;
        }
        return folder?.FullName ?? throw new InvalidOperationException(
            $"{AppContext.BaseDirectory} does not lie in the repository, whose model and problems are needed.");
    }
}
