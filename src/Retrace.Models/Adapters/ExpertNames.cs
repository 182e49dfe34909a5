using Retrace.Models.Network;

namespace Retrace.Models.Adapters;

/// <summary>What the matrices of experts are called in PEFT's files.</summary>
/// <remarks>
/// They are parameters of one module, <c>experts</c>, and PEFT wraps that once for each: gate and up first, then down
/// around it. So the tensors of the inner one stand below <c>experts.base_layer</c>, those of the outer one below
/// <c>experts</c>. Source: PEFT's tuners/lora/layer.py and tuners_utils.py.
/// </remarks>
internal static class ExpertNames
{
    private const string Outer = ".experts";
    private const string Inner = Outer + ".base_layer";

    /// <summary>How the names of these parameters end, as in <c>target_parameters</c>.</summary>
    public static string[] Parameters { get; } = ["experts.gate_up_proj", "experts.down_proj"];

    /// <summary>The name in files of a layer of the network.</summary>
    public static string Stored(string layer) => !MixtureOfExperts.IsMatrix(layer) ? layer
        : layer.EndsWith(Parameters[0], StringComparison.Ordinal) ? layer[..^(Parameters[0].Length + 1)] + Inner
        : layer[..^(Parameters[1].Length + 1)] + Outer;

    /// <summary>The name in the network of a layer of a file.</summary>
    public static string Own(string stored) =>
        stored.EndsWith(Inner, StringComparison.Ordinal) ? $"{stored[..^Inner.Length]}.{Parameters[0]}"
        : stored.EndsWith(Outer, StringComparison.Ordinal) ? $"{stored[..^Outer.Length]}.{Parameters[1]}"
        : stored;
}
