using System.Runtime.InteropServices;
using System.Security.Cryptography;
using IntelFma = System.Runtime.Intrinsics.X86.Fma;

namespace Retrace.EndToEnd.Tests;

/// <summary>The checksums in GoldenRuns.txt, one a line: the run's name, what of it, and SHA-256.</summary>
/// <remarks>
/// A change that is meant to alter numbers, or another model in <c>models/tiny</c>, records them anew:
/// <c>RETRACE_GOLDEN=record dotnet test --project tests/Retrace.EndToEnd.Tests -- --filter-class '*GoldenRunTests'</c>.
/// </remarks>
internal static class GoldenRuns
{
    /// <summary>Why <see cref="CanBeRepeatedHere"/> is false.</summary>
    public const string Elsewhere =
        "The runs were recorded on Linux x64 with FMA, where the C library's functions give the same bits on every processor.";

    /// <summary>
    /// The variables that a process needs to compute the same bits on every such machine: libtorch, MKL and oneDNN use no
    /// instructions but those that all have, and one thread.
    /// </summary>
    public static readonly (string Name, string? Value)[] Environment =
    [
        ("ATEN_CPU_CAPABILITY", "default"), ("MKL_CBWR", "COMPATIBLE"), ("ONEDNN_MAX_CPU_ISA", "SSE41"), ("OMP_NUM_THREADS", "1"),
    ];

    private static readonly string RecordFile =
        Path.Combine(Repository.Root, "tests", "Retrace.EndToEnd.Tests", "GoldenRuns.txt");

    private static readonly bool Records = System.Environment.GetEnvironmentVariable("RETRACE_GOLDEN") == "record";

    public static bool CanBeRepeatedHere => OperatingSystem.IsLinux()
        && RuntimeInformation.ProcessArchitecture == Architecture.X64 && IntelFma.IsSupported;

    /// <summary>Compares the parts of a run with the record, or puts them into it where that is asked for.</summary>
    public static void AssertAsRecorded(string run, SortedDictionary<string, byte[]> parts)
    {
        string model = $"model of all {DigestOf(File.ReadAllBytes(Path.Combine(Repository.Model, "model.safetensors")))}";
        string[] lines = [.. parts.Select(part => $"{run} {part.Key} {DigestOf(part.Value)}")];
        string[] recorded = File.Exists(RecordFile) ? File.ReadAllLines(RecordFile) : [];
        if (Records)
        {
            File.WriteAllLines(
                RecordFile,
                recorded.Where(line => !IsOf(run, line) && !IsOf("model", line)).Concat(lines).Append(model).Order(StringComparer.Ordinal));
            return;
        }
        Assert.True(
            recorded.Contains(model),
            "models/tiny is not the model that the golden runs were recorded with; record them anew with RETRACE_GOLDEN=record.");
        Assert.Equal(recorded.Where(line => IsOf(run, line)), lines);
    }

    private static bool IsOf(string name, string line) => line.StartsWith($"{name} ", StringComparison.Ordinal);

    private static string DigestOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
