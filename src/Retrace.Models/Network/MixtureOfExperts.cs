using Retrace.Models.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>
/// Gated MLPs side by side, of which a router picks a few for each token; their results are added up, weighted with the
/// router's shares.
/// </summary>
/// <remarks>
/// Tokens are put in the order of their experts, so that each expert is one product over all its tokens, and put back.
/// </remarks>
internal sealed class MixtureOfExperts
{
    /// <summary>How many <see cref="StepTensors"/> there are.</summary>
    internal const int StepTensorCount = 7;

    private const string GateUp = ".experts.gate_up_proj";
    private const string Down = ".experts.down_proj";

    private readonly ExpertConfig _config;
    private readonly Linear _router;
    private readonly Tensor _gateUp; // [E, 2·intermediate, hidden]: gate first, then up.
    private readonly Tensor _down;   // [E, hidden, intermediate]
    private readonly ExpertUpdate? _gateUpUpdate;
    private readonly ExpertUpdate? _downUpdate;

    /// <param name="parameters">
    /// Where <c>NAME.gate.weight</c>, <c>NAME.experts.gate_up_proj</c> and <c>NAME.experts.down_proj</c> are declared.
    /// </param>
    /// <param name="name">The mixture's full name.</param>
    /// <param name="hiddenSize">The last axis of x.</param>
    public MixtureOfExperts(Parameters parameters, string name, int hiddenSize, ExpertConfig config)
    {
        _config = config;
        _router = new Linear(parameters, $"{name}.gate", hiddenSize, config.Count, bias: false);
        _gateUp = parameters.Declare(
            name + GateUp, config.Count, 2L * config.IntermediateSize, hiddenSize);
        _down = parameters.Declare(name + Down, config.Count, hiddenSize, config.IntermediateSize);
        _gateUpUpdate = parameters.Adapter?.CoverExperts(
            parameters, name + GateUp, config.Count, hiddenSize, 2 * config.IntermediateSize);
        _downUpdate = parameters.Adapter?.CoverExperts(
            parameters, name + Down, config.Count, config.IntermediateSize, hiddenSize);
    }

    /// <summary>
    /// The router's weight, both of the experts', and an adapter's A and B of each, in the order in which
    /// DecodingStep.py unpacks them.
    /// </summary>
    internal IEnumerable<Tensor> StepTensors =>
    [
        _router.StepTensors.First(),
        _gateUp,
        _down,
        _gateUpUpdate?.A ?? DecodingStep.None,
        _gateUpUpdate?.B ?? DecodingStep.None,
        _downUpdate?.A ?? DecodingStep.None,
        _downUpdate?.B ?? DecodingStep.None,
    ];

    /// <summary>Whether a parameter holds experts' matrices, by its full name.</summary>
    internal static bool IsMatrix(string parameter) =>
        parameter.EndsWith(GateUp, StringComparison.Ordinal) || parameter.EndsWith(Down, StringComparison.Ordinal);

    /// <summary>The parameter with the other matrices of the same experts.</summary>
    internal static string OtherMatrix(string parameter) => parameter.EndsWith(GateUp, StringComparison.Ordinal)
        ? parameter[..^GateUp.Length] + Down
        : parameter[..^Down.Length] + GateUp;

    /// <summary>
    /// The values that a token's way through the experts keeps: its copies in their order and back, both sides of the
    /// gates and their products, and the router's probabilities in fp32.
    /// </summary>
    internal static long KeptValues(ExpertConfig config, long hiddenSize) =>
        (config.ActivePerToken * ((3 * hiddenSize) + (5L * config.IntermediateSize))) + (2L * config.Count);

    /// <summary>What an adapter of experts adds to that: its part of both results, and the sums.</summary>
    internal static long AdaptedValues(ExpertConfig config, long hiddenSize) =>
        config.ActivePerToken * ((4L * config.IntermediateSize) + (2 * hiddenSize));

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
        Tensor sorted = tokens.RowsAt(order.div(perToken, RoundingMode.floor));
        long[] counts = CountsOf(picked);
        count?.Invoke(counts);
        Tensor made = ByExperts(sorted, counts);
        Tensor back = made.RowsAt(order.argsort()).view(tokens.shape[0], _config.ActivePerToken, -1);
        return (back * shares.to(x.dtype).unsqueeze(-1)).sum(1).view(x.shape).MoveToOuterDisposeScope();
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
        return [.. HostCopy.Of(picked.flatten().bincount(null, _config.Count)).data<long>()];
    }

    // sorted: [N·k, hidden], each expert's tokens together. Cut by split, whose gradient is put together once; that of a
    // slice is as large as the whole for each.
    private Tensor ByExperts(Tensor sorted, long[] counts)
    {
        Tensor[] tokens = sorted.split(counts);
        Tensor[] gateUp = _gateUp.unbind(0);
        Tensor[] down = _down.unbind(0);
        (Tensor A, Tensor B)[]? gateUpFactors = _gateUpUpdate?.OfExperts();
        (Tensor A, Tensor B)[]? downFactors = _downUpdate?.OfExperts();
        List<Tensor> made = [];
        for (int expert = 0; expert < counts.Length; expert++)
        {
            if (counts[expert] > 0)
            {
                Tensor both = Product(tokens[expert], gateUp[expert], _gateUpUpdate, gateUpFactors, expert);
                Tensor[] sides = both.split(_config.IntermediateSize, dim: 1); // Gate and up.
                Tensor product = nn.functional.silu(sides[0]) * sides[1];
                made.Add(Product(product, down[expert], _downUpdate, downFactors, expert));
            }
        }
        return cat(made);
    }

    private static Tensor Product(
        Tensor x, Tensor weight, ExpertUpdate? update, (Tensor A, Tensor B)[]? factors, int expert)
    {
        Tensor y = nn.functional.linear(x, weight);
        return update is null ? y : y.Plus(update.Forward(x, factors![expert]));
    }
}
