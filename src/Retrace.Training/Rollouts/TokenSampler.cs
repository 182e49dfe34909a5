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
    private readonly SamplingSettings _settings;
    private readonly Scalar _temperature;
    private readonly Scalar _topP;

    public TokenSampler(SamplingSettings settings)
    {
        _settings = settings;
        _temperature = settings.Temperature > 0 ? settings.Temperature : 1.0;
        _topP = settings.TopP;
    }

    /// <summary>Whether the uniform numbers are read.</summary>
    public bool IsRandom => _settings.Temperature > 0;

    /// <param name="logits">[B, V]</param>
    /// <param name="uniform">[B, 1], each in [0, 1).</param>
    /// <returns>
    /// The ids [B], and fp32 [3 or 4, B]: ids, log-probabilities, entropies and, if wanted, self-certainties.
    /// </returns>
    public (Tensor Tokens, Tensor Measured) Draw(Tensor logits, Tensor uniform)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor wide = logits.to(ScalarType.Float32);
        Tensor logProbs = (_settings.Temperature is > 0 and not 1 ? wide.div(_temperature) : wide).log_softmax(-1);
        Tensor probs = logProbs.exp();                                             // [B, V]
        Tensor tokens = IsRandom ? Invert(probs, uniform) : logProbs.argmax(-1, keepdim: true); // [B, 1]
        List<Tensor> measured =
        [
            tokens.squeeze(1).to(ScalarType.Float32), // Exact: vocabularies are far smaller than 2^24.
            logProbs.gather(1, tokens).squeeze(1),
            (probs * logProbs).sum(-1).neg(),
        ];
        if (_settings.MeasureSelfCertainty)
        {
            // KL(uniform ‖ p) = −ln V − mean ln p.
            using Scalar logSize = Math.Log(logits.shape[1]);
            measured.Add(logProbs.mean([-1]).neg().sub(logSize));
        }
        return (tokens.squeeze(1).MoveToOuterDisposeScope(), stack(measured).MoveToOuterDisposeScope());
    }

    public void Dispose()
    {
        _temperature.Dispose();
        _topP.Dispose();
    }

    // The first token whose cumulative probability exceeds the uniform number's share of the whole: never one whose
    // probability is 0. [B, 1]
    private Tensor Invert(Tensor probs, Tensor uniform)
    {
        Tensor? order = null;
        if (_settings.TopP < 1)
        {
            (probs, order) = probs.sort(-1, descending: true);
            // A token stays while what stands before it holds less than top-p: the likeliest always does.
            Tensor before = probs.cumsum(-1).roll(1, -1);
            before.narrow(-1, 0, 1).zero_();
            probs = probs * before.lt(_topP);
        }
        Tensor cumulative = probs.cumsum(-1);
        Tensor whole = cumulative.narrow(-1, cumulative.shape[1] - 1, 1);
        Tensor place = cumulative.le(uniform * whole).sum(-1, keepdim: true);
        return order is null ? place : order.gather(1, place);
    }
}
