using System.Diagnostics;
using Retrace.Training.DataParallel;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.SelfTest;

/// <summary>Two processes that exchange tensors, as learning does: over NCCL on CUDA, else over MPI.</summary>
public static class Exchange
{
    private const int Elements = 1000; // Of each process's part.

    // As root in a container, on fewer cores than processes.
    private static readonly string[] Permissions = ["OMPI_ALLOW_RUN_AS_ROOT", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"];

    /// <summary>Starts both processes and waits for them.</summary>
    /// <param name="device">The device that the check is about.</param>
    /// <param name="command">How this program is started so that each of them calls <see cref="Join"/>.</param>
    internal static Finding Run(Device device, IReadOnlyList<string> command)
    {
        bool onCuda = device.type == DeviceType.CUDA;
        string name = onCuda ? "NCCL between two processes" : "MPI between two processes";
        string? lacking = (onCuda, OnPath("mpirun")) switch
        {
            (_, false) => "mpirun is not here",
            (true, _) when cuda.device_count() < 2 => "NCCL wants a device for each process, and there is one",
            (true, _) when !Nccl.IsInstalled => "libnccl or libcudart is not here",
            _ => null,
        };
        if (lacking is not null)
        {
            return new Finding(name, Outcome.Skip, lacking);
        }
        var start = new ProcessStartInfo("mpirun", ["-n", "2", "--oversubscribe", "--bind-to", "none", .. command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string permission in Permissions)
        {
            start.Environment.TryAdd(permission, "1");
        }
        using Process job = Process.Start(start)!;
        job.StandardInput.Close();
        Task<string> error = job.StandardError.ReadToEndAsync();
        job.StandardOutput.ReadToEnd();
        job.WaitForExit();
        return job.ExitCode == 0
            ? new Finding(name, Outcome.Pass, $"{2 * Elements} numbers summed, divided and gathered")
            : new Finding(name, Outcome.Fail, error.Result.ReplaceLineEndings(" ").Trim());
    }

    /// <summary>What each of the processes does.</summary>
    /// <param name="isOnCuda">Whether each takes a CUDA device of its own.</param>
    /// <returns>Whether it got what it should.</returns>
    /// <exception cref="BadInputException">mpirun did not start it.</exception>
    public static bool Join(bool isOnCuda)
    {
        using DisposeScope scope = NewDisposeScope();
        using IProcessGroup processes = ProcessGroups.Join();
        Device device = isOnCuda ? new Device($"cuda:{processes.LocalRank}") : CPU;
        // Rank r brings r, r + 1, …; their sum over both is 1, 3, 5, … Each gets its half of it, and then all of it.
        float[] own = [.. Enumerable.Range(processes.Rank, processes.Size * Elements).Select(i => (float)i)];
        Tensor whole = tensor(own, device: device);
        Tensor part = zeros(Elements, dtype: ScalarType.Float32, device: device);
        processes.SumScatter(whole, part);
        Tensor gathered = zeros_like(whole);
        processes.GatherAll(part, gathered);
        double[] expected =
            [.. Enumerable.Range(0, own.Length).Select(i => (double)Enumerable.Range(0, processes.Size).Sum(r => i + r))];
        bool right = Distance.Values(gathered).SequenceEqual(expected);
        processes.Leave();
        return processes.Size == 2 && right;
    }

    private static bool OnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}
