using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Retrace.Models.Native;

/// <summary>The vector instructions that libtorch finds on this processor.</summary>
/// <remarks>
/// libtorch chooses its kernels by them, and kernels round differently: a run goes on with the same numbers only where
/// they are the same.
/// </remarks>
public static class InstructionSet
{
    // What makes libtorch, oneDNN and MKL use less than the processor has, or compute otherwise.
    private static readonly string[] Restrictions =
        ["ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "DNNL_MAX_CPU_ISA", "MKL_ENABLE_INSTRUCTIONS", "MKL_CBWR"];

    /// <summary>The extensions in words, as in <c>AVX2, AVX-512</c>; empty where there are none.</summary>
    public static string Extensions => string.Join(", ", Found());

    /// <summary>
    /// The architecture with its extensions, and the variables that restrict what is used of them, as in
    /// <c>X64: AVX2, AVX-512; ATEN_CPU_CAPABILITY=avx2</c>.
    /// </summary>
    public static string Description
    {
        get
        {
            IEnumerable<string> restricted = Restrictions
                .Select(name => (Name: name, Value: Environment.GetEnvironmentVariable(name)))
                .Where(variable => !string.IsNullOrEmpty(variable.Value))
                .Select(variable => $"; {variable.Name}={variable.Value}");
            string extensions = Extensions is "" ? "no vector extensions" : Extensions;
            return $"{RuntimeInformation.ProcessArchitecture}: {extensions}{string.Concat(restricted)}";
        }
    }

    private static IEnumerable<string> Found()
    {
        if (Avx2.IsSupported)
        {
            yield return "AVX2";
        }
        if (Avx512F.IsSupported)
        {
            yield return "AVX-512";
        }
        // .NET has no name for the two below, with which oneDNN multiplies matrices in bf16.
        if (X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= 7)
        {
            (int Eax, int Ebx, int Ecx, int Edx) features = X86Base.CpuId(7, 0);
            if (features.Eax >= 1 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0)
            {
                yield return "AVX-512 BF16";
            }
            if ((features.Edx & (1 << 22)) != 0)
            {
                yield return "AMX BF16";
            }
        }
        if (AdvSimd.IsSupported)
        {
            yield return "NEON";
        }
    }
}
