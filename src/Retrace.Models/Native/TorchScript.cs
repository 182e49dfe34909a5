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

    /// <summary>The script of a class, compiled when its first function is called.</summary>
    /// <param name="owner">A resource of its assembly has its full name and the ending <c>.py</c>.</param>
    public static Lazy<jit.CompilationUnit> Of(Type owner) => new(() =>
    {
        string name = owner.FullName + ".py";
        using Stream script = owner.Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"There is no resource {name}.");
        using var reader = new StreamReader(script);
        return jit.compile(reader.ReadToEnd());
    });
}
