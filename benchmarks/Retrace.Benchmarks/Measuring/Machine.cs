using System.Globalization;
using System.Runtime.InteropServices;
using Retrace.Models.Native;
using TorchSharp;

namespace Retrace.Benchmarks.Measuring;

/// <summary>The line that says where a benchmark ran.</summary>
internal static class Machine
{
    public static string Describe()
    {
        double gibibytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30);
        string load = FirstLine("/proc/loadavg", "") is string line
            ? $", load {line.Split(' ')[0]}"
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Processor()}, {Environment.ProcessorCount} threads of which libtorch {LibTorch.Needed} uses "
            + $"{torch.get_num_threads()}, {gibibytes:0} GiB, {RuntimeInformation.FrameworkDescription}{load}");
    }

    private static string Processor() => FirstLine("/proc/cpuinfo", "model name") is string line
        ? line[(line.IndexOf(':') + 1)..].Trim()
        : RuntimeInformation.ProcessArchitecture.ToString();

    // Null on systems that have no such file.
    private static string? FirstLine(string path, string beginning) => File.Exists(path)
        ? File.ReadLines(path).FirstOrDefault(line => line.StartsWith(beginning, StringComparison.Ordinal))
        : null;
}
