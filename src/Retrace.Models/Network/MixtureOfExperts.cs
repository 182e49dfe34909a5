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
    internal const int StepTensorCount = 3;

    private const string GateUp = ".experts.gate_up_proj";
    private const string Down = ".experts.down_proj";

    private readonly ExpertConfig _config;
    private readonly Linear _router;
    private readonly Tensor _gateUp; // [E, 2·intermediate, hidden]: gate first, then up.
    private readonly Tensor _down;   // [E, hidden, intermediate]

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
    }

    /// <summary>The router's weight, and both of the experts', in the order in which DecodingStep.py unpacks them.</summary>
    internal IEnumerable<Tensor> StepTensors => [_router.StepTensors.First(), _gateUp, _down];

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

    // sorted: [N·k, hidden], each expert's tokens together.
    private Tensor ByExperts(Tensor sorted, long[] counts)
    {
        Tensor[] gateUp = _gateUp.unbind(0);
        Tensor[] down = _down.unbind(0);
        List<Tensor> made = [];
        long first = 0;
        for (int expert = 0; expert < counts.Length; expert++)
        {
            if (counts[expert] > 0)
            {
                Tensor own = nn.functional.linear(sorted.narrow(0, first, counts[expert]), gateUp[expert]);
                Tensor gate = own.narrow(1, 0, _config.IntermediateSize);
                Tensor up = own.narrow(1, _config.IntermediateSize, _config.IntermediateSize);
                made.Add(nn.functional.linear(nn.functional.silu(gate) * up, down[expert]));
                first += counts[expert];
            }
        }
        return cat(made);
    }
}
