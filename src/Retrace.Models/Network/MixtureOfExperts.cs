using Retrace.Models.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>
/// Gated MLPs side by side, of which a router picks a few for each token; their results are added up, weighted with the
/// router's shares.
/// </summary>
/// <remarks>
/// Pairs of a token and one of its experts are put in the order of the experts, so that each expert's products are over
/// all its tokens at once (<see cref="GatedExperts"/>).
/// </remarks>
internal sealed class MixtureOfExperts
{
    /// <summary>How many <see cref="StepTensors"/> there are.</summary>
    internal const int StepTensorCount = 7;

    private const string GateUp = ".experts.gate_up_proj";
    private const string Down = ".experts.down_proj";

    private readonly ExpertConfig _config;
    private readonly Linear _router;
    private readonly ExpertMatrices _gateUp; // [2·intermediate, hidden] each: gate first, then up.
    private readonly ExpertMatrices _down;   // [hidden, intermediate] each
    private readonly GatedExperts _experts;

    /// <param name="parameters">
    /// Where <c>NAME.gate.weight</c>, <c>NAME.experts.gate_up_proj</c> and <c>NAME.experts.down_proj</c> are declared.
    /// </param>
    /// <param name="name">The mixture's full name.</param>
    /// <param name="hiddenSize">The last axis of x.</param>
    public MixtureOfExperts(Parameters parameters, string name, int hiddenSize, ExpertConfig config)
    {
        _config = config;
        _router = new Linear(parameters, $"{name}.gate", hiddenSize, config.Count, bias: false);
        _gateUp = new ExpertMatrices(parameters, name + GateUp, config.Count, hiddenSize, 2 * config.IntermediateSize);
        _down = new ExpertMatrices(parameters, name + Down, config.Count, config.IntermediateSize, hiddenSize);
        _experts = new GatedExperts(_gateUp, _down, config.IntermediateSize);
    }

    /// <summary>
    /// The router's weight, both of the experts', and an adapter's A and B of each, in the order in which
    /// DecodingStep.py unpacks them.
    /// </summary>
    internal IEnumerable<Tensor> StepTensors =>
        [_router.StepTensors(matrix => matrix).First(), _gateUp.Weight, _down.Weight, .. _gateUp.Factors, .. _down.Factors];

    /// <summary>Whether a parameter holds experts' matrices, by its full name.</summary>
    internal static bool IsMatrix(string parameter) =>
        parameter.EndsWith(GateUp, StringComparison.Ordinal) || parameter.EndsWith(Down, StringComparison.Ordinal);

    /// <summary>The parameter with the other matrices of the same experts.</summary>
    internal static string OtherMatrix(string parameter) => parameter.EndsWith(GateUp, StringComparison.Ordinal)
        ? parameter[..^GateUp.Length] + Down
        : parameter[..^Down.Length] + GateUp;

    /// <summary>
    /// The values that a token's way through the experts keeps: the products with gate and up, and the router's
    /// probabilities in fp32.
    /// </summary>
    internal static long KeptValues(ExpertConfig config) =>
        (2L * config.ActivePerToken * config.IntermediateSize) + (2L * config.Count);

    /// <summary>Applies the mixture: […, hidden] → […, hidden].</summary>
    /// <param name="count">Takes the tokens of each expert, [E].</param>
    public Tensor Forward(Tensor x, Action<long[]>? count = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor tokens = x.reshape(-1, x.shape[^1]); // [N, hidden]
        (Tensor shares, Tensor picked) =
            _router.Forward(tokens).softmax(-1, ScalarType.Float32).topk(_config.ActivePerToken); // [N, k]
        if (_config.NormsShares)
        {
            shares = shares / shares.sum(-1, keepdim: true);
        }
        using Scalar perToken = _config.ActivePerToken;
        Tensor order = picked.flatten().argsort(); // [N·k], by expert.
        Tensor rows = order.div(perToken, RoundingMode.floor); // The tokens in that order.
        long[] counts = CountsOf(picked);
        count?.Invoke(counts);
        return _experts.Forward(tokens, shares.to(x.dtype).flatten().RowsAt(order), rows, counts)
            .view(x.shape).MoveToOuterDisposeScope();
    }

    // How many tokens each expert has. The host has to know, since the sizes of products are made of it: this is the one
    // round trip inside a block. On the meta device, which has no values, all experts have equally many, or one more.
    private long[] CountsOf(Tensor picked)
    {
        if (picked.device_type == DeviceType.META)
        {
            return [.. Enumerable.Range(0, _config.Count)
                .Select(expert => (picked.numel() + _config.Count - 1 - expert) / _config.Count)];
        }
        // On a GPU bincount would ask for the least and the largest number first, a round trip each.
        Tensor experts = picked.flatten(); // [N·k]
        using Tensor counts = zeros(_config.Count, dtype: ScalarType.Int64, device: picked.device);
        return [.. HostCopy.Of(counts.scatter_add_(0, experts, ones_like(experts))).data<long>()];
    }
}
