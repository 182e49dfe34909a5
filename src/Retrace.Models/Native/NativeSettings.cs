using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Retrace.Models.Native;

/// <summary>The variables by which libtorch and its OpenMP runtime are set.</summary>
/// <remarks>
/// They are read once, OpenMP's as libtorch is loaded, and must not be changed while another thread reads any. So they
/// are set before this assembly's first method runs. A program that calls TorchSharp before anything of Retrace sets
/// them itself, or calls <see cref="LibTorch.Prepare()"/> first.
/// </remarks>
internal static class NativeSettings
{
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Nothing later is sure to come before libtorch is loaded.")]
    internal static void Apply()
    {
        OpenMpWaiting.Limit();
        TorchScript.TurnOffFuser();
    }
}
