using Retrace.Models.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Training.Rollouts;

/// <summary>Draws the next token of every sequence at once, by inverting the distribution function.</summary>
/// <remarks>
/// A token is decided by its sequence's own uniform number, so that a sample does not depend on what else is in the batch.
/// Log-probabilities and entropies are those of the distribution before top-p cuts it, at temperature 1 where the
/// temperature is 0.
/// </remarks>
internal sealed class TokenSampler : IDisposable
{
    // TorchScript for the reason that DecodingStep has. 6 is libtorch's number of fp32.
    private const string Script = """
        # The first token whose cumulative probability exceeds the uniform number's share of the whole: never one whose
        # probability is 0. [B, 1]
        def inverted(probs, uniform):
            cumulative = probs.cumsum(-1)
            whole = cumulative.narrow(-1, cumulative.size(1) - 1, 1)
            return cumulative.le(uniform * whole).sum(-1, keepdim=True)

        # The same among the likeliest tokens that hold top-p: one stays while what stands before it holds less.
        def inverted_within(probs, uniform, top_p: float):
            probs, order = probs.sort(-1, descending=True)
            before = probs.cumsum(-1).roll(1, -1)
            before.narrow(-1, 0, 1).zero_()
            return order.gather(1, inverted(probs * before.lt(top_p), uniform))

        def draw(logits, uniform, stops, temperature: float, top_p: float, random: bool, self_certainty: bool):
            wide = logits.to(6)
            if temperature != 1:
                wide = wide.div(temperature)
            log_probs = wide.log_softmax(-1)
            probs = log_probs.exp()                                                     # [B, V]
            if not random:
                tokens = log_probs.argmax(-1, keepdim=True)                             # [B, 1]
            elif top_p < 1:
                tokens = inverted_within(probs, uniform, top_p)
            else:
                tokens = inverted(probs, uniform)
            entropy = (probs * log_probs).sum(-1).neg()
            ids = tokens.squeeze(1)
            # Ids are exact in fp32: vocabularies are far smaller than 2^24.
            measured = [ids.to(6), torch.isin(ids, stops).to(6), log_probs.gather(1, tokens).squeeze(1), entropy]
            if self_certainty:
                # KL(uniform || p) = -ln V - mean ln p.
                measured.append(log_probs.mean([-1]).neg().sub(torch.log(logits.size(1))))
            return ids, torch.stack(measured)

        """;

    private static readonly Lazy<jit.CompilationUnit> Compiled = TorchScript.Of(Script);

    private readonly Tensor _stops; // [stop tokens]
    private readonly Scalar _temperature;
    private readonly Scalar _topP;
    private readonly object[] _arguments; // All but the first two, made once: boxes are objects, too.

    /// <param name="stops">The tokens with which a sample ends.</param>
    /// <param name="device">Where the logits will be.</param>
    public TokenSampler(SamplingSettings settings, IReadOnlyList<int> stops, Device device)
    {
        IsRandom = settings.Temperature > 0;
        _stops = tensor(stops.Select(id => (long)id).ToArray(), device: device).DetachFromDisposeScope();
        _temperature = IsRandom ? settings.Temperature : 1.0;
        _topP = settings.TopP;
        _arguments = [_stops, _temperature, _topP, IsRandom, settings.MeasureSelfCertainty];
    }

    /// <summary>Whether the uniform numbers are read.</summary>
    public bool IsRandom { get; }

    /// <param name="logits">[B, V]</param>
    /// <param name="uniform">[B, 1], each in [0, 1).</param>
    /// <returns>
    /// The ids [B], and fp32 [4 or 5, B]: ids, 1 where that is a stop token and 0 elsewhere, log-probabilities, entropies
    /// and, if wanted, self-certainties.
    /// </returns>
    public (Tensor Tokens, Tensor Measured) Draw(Tensor logits, Tensor uniform) =>
        ((Tensor, Tensor))Compiled.Value.invoke("draw", [logits, uniform, .. _arguments]);

    public void Dispose()
    {
        _stops.Dispose();
        _temperature.Dispose();
        _topP.Dispose();
    }
}
