namespace Retrace.Models.Network;

/// <summary>Size and place of a LoRA adapter.</summary>
/// <param name="Rank">r: rows of A and columns of B.</param>
/// <param name="Alpha">α: the product BA counts α / r.</param>
/// <param name="Targets">
/// Last names of the linear layers that are adapted, as in PEFT's <c>target_modules</c>; <see cref="Experts"/> for the
/// matrices of all experts.
/// </param>
/// <param name="Dropout">Probability with which an input of A is dropped while learning; 0 where experts are adapted.</param>
/// <param name="Vision">Whether layers of the vision encoder that have one of these names are adapted too.</param>
public sealed record LoraSettings(
    int Rank, double Alpha, IReadOnlyList<string> Targets, double Dropout = 0, bool Vision = true)
{
    /// <summary>All linear layers of a decoder block; a vision encoder may have layers of the same names.</summary>
    public static IReadOnlyList<string> DecoderLayers { get; } =
        ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

    /// <summary>The target that stands for the matrices of all experts.</summary>
    public const string Experts = "experts";

    /// <summary>Whether experts are adapted.</summary>
    public bool AdaptsExperts => Targets.Contains(Experts);

    /// <summary>α / r, which the product BA is multiplied by.</summary>
    public double Scale => Alpha / Rank;

    /// <summary>The target that a layer belongs to: its last name, or <see cref="Experts"/>.</summary>
    /// <param name="layer">Its full name.</param>
    internal static string TargetOf(string layer) =>
        MixtureOfExperts.IsMatrix(layer) ? Experts : layer[(layer.LastIndexOf('.') + 1)..];

    /// <summary>Whether a layer is adapted.</summary>
    /// <param name="layer">Its full name.</param>
    /// <param name="names">The names of its network.</param>
    public bool Covers(string layer, WeightNames names) =>
        (Vision || !names.IsVision(layer)) && Targets.Contains(TargetOf(layer));
}
