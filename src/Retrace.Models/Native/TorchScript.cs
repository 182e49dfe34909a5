using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Native;

/// <summary>Functions in TorchScript: what TorchSharp has no call for, or what would be too many calls.</summary>
/// <remarks>
/// libtorch would fuse element-wise operations on a GPU, by code that it compiles anew for each of the first dozen batch
/// sizes and that skips roundings in bf16 which the same operations make when they are called one by one. That is turned
/// off, unless the variable is set.
/// </remarks>
public static class TorchScript
{
    private const string Fuser = "PYTORCH_TENSOREXPR";

    /// <summary>Turns the fuser off. For <see cref="NativeSettings"/>.</summary>
    internal static void TurnOffFuser() => NativeEnvironment.SetUnlessSet(Fuser, "0");

    /// <summary>Compiles a script when its first function is called.</summary>
    public static Lazy<jit.CompilationUnit> Of(string script) => new(() => jit.compile(script));
}
