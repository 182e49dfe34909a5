using System.Globalization;
using System.Text.RegularExpressions;

namespace Retrace.Models.Native;

/// <summary>An allocation that failed for want of memory, read off what libtorch, CUDA or .NET says of it.</summary>
/// <param name="IsOfGpu">Whether it was memory of a GPU; otherwise it was the host's.</param>
/// <param name="Wanted">What was asked for, such as 2.00 GiB; null where the message does not say.</param>
public sealed partial record MemoryExhaustion(bool IsOfGpu, string? Wanted)
{
    /// <summary>The beginning of a sentence, such as <c>The memory of the GPU is exhausted (2.00 GiB more were asked for)</c>.</summary>
    public string Complaint =>
        $"The memory of {(IsOfGpu ? "the GPU" : "this machine")} is exhausted"
        + (Wanted is null ? "" : $" ({Wanted} more were asked for)");

    /// <summary>Finds it in an error or what caused that; null where memory is not the cause.</summary>
    /// <remarks>
    /// TorchSharp hands on libtorch's errors as texts of one type of exception, those of TorchScript with the script's
    /// trace around them, so that the text is all there is to tell them by.
    /// </remarks>
    public static MemoryExhaustion? In(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            MemoryExhaustion? found = error is OutOfMemoryException
                ? new MemoryExhaustion(IsOfGpu: false, Wanted: null)
                : Of(error.Message);
            if (found is not null)
            {
                return found;
            }
        }
        return null;
    }

    /// <summary>The same from the text of an error alone.</summary>
    internal static MemoryExhaustion? Of(string message)
    {
        if (OfGpu().IsMatch(message))
        {
            return new MemoryExhaustion(
                IsOfGpu: true, AskedOfGpu().Match(message) is { Success: true } asked ? asked.Groups[1].Value : null);
        }
        if (OfHost().Match(message) is { Success: true } host)
        {
            double bytes = double.Parse(host.Groups[1].Value, CultureInfo.InvariantCulture);
            return new MemoryExhaustion(
                IsOfGpu: false, string.Create(CultureInfo.InvariantCulture, $"{bytes / (1L << 30):0.00} GiB"));
        }
        return null;
    }

    // libtorch's allocator, the runtime and the driver, and the libraries that allocate by themselves.
    [GeneratedRegex(
        @"CUDA out of memory|CUDA (driver )?error: out of memory|CUBLAS_STATUS_ALLOC_FAILED|CUDNN_STATUS_ALLOC_FAILED",
        RegexOptions.CultureInvariant)]
    private static partial Regex OfGpu();

    [GeneratedRegex(@"Tried to allocate ([0-9.]+ [KMGT]iB|[0-9]+ bytes)", RegexOptions.CultureInvariant)]
    private static partial Regex AskedOfGpu();

    // "can't allocate" on Linux and macOS, "not enough" on Windows.
    [GeneratedRegex(
        @"DefaultCPUAllocator: (?:can't allocate|not enough) memory: you tried to allocate ([0-9]+) bytes",
        RegexOptions.CultureInvariant)]
    private static partial Regex OfHost();
}
