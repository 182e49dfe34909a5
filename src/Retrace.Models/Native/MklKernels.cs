using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace Retrace.Models.Native;

/// <summary>Which kernels MKL, from which libtorch has its matrix products, takes on this processor.</summary>
/// <remarks>
/// MKL asks one function whether the processor is Intel's, and gives others slower kernels than they could run. A library that is
/// preloaded can answer in its place: docs/performance.md has the figures.
/// </remarks>
public static class MklKernels
{
    /// <summary>The commands that make such a library and preload it, for a shell.</summary>
    public const string Preload =
        $"echo 'int {Question}() {{ return 1; }}' | cc -shared -fPIC -x c -o intel.so - && export LD_PRELOAD=$PWD/intel.so";

    private const string Question = "mkl_serv_intel_cpu_true";
    private const string Amd = "AuthenticAMD";

    /// <summary>
    /// Whether MKL takes slower kernels here than the processor could run, and <see cref="Preload"/> would help.
    /// </summary>
    public static bool AreHeldBack => OperatingSystem.IsLinux() && AreHeldBackOn(Vendor(), IsAnswered());

    /// <param name="vendor">The vendor as the processor says it.</param>
    /// <param name="isAnswered">Whether a preloaded library answers already.</param>
    internal static bool AreHeldBackOn(string vendor, bool isAnswered) => vendor == Amd && !isAnswered;

    // Twelve letters, in this order of registers.
    private static string Vendor()
    {
        if (!X86Base.IsSupported)
        {
            return "";
        }
        (_, int ebx, int ecx, int edx) = X86Base.CpuId(0, 0);
        return Encoding.ASCII.GetString(MemoryMarshal.AsBytes<int>((int[])[ebx, edx, ecx]));
    }

    // libtorch's own function is not among those that the whole process sees.
    private static bool IsAnswered() =>
        NativeLibrary.TryGetExport(NativeLibrary.GetMainProgramHandle(), Question, out _);
}
