using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Qwen;

/// <summary>What a model says about given next tokens.</summary>
/// <param name="LogProbs">ln p of each target token. [N], fp32</param>
/// <param name="Entropies">Entropy of the distribution each was drawn from, in nats, without gradient. [N], fp32</param>
public sealed record TokenPredictions(Tensor LogProbs, Tensor Entropies) : IDisposable
{
    /// <summary>The most logits that are in memory at once: 256 MiB of fp32.</summary>
    public const int LogitsAtOnce = 1 << 26;

    /// <summary>Reads off the log-probabilities of target tokens.</summary>
    /// <remarks>
    /// Goes over the targets part by part, and computes a part's logits anew in the backward pass, so that no more than one
    /// part's are ever in memory.
    /// </remarks>
    /// <param name="model">Its head makes the logits.</param>
    /// <param name="hidden">Final hidden states. [B, T, hidden]</param>
    /// <param name="places">Flat indices b·T + t of the states that predict the targets. [N]</param>
    /// <param name="targets">Token ids. [N]</param>
    /// <param name="temperature">What logits are divided by, as in sampling.</param>
    public static TokenPredictions Of(
        QwenModel model, Tensor hidden, Tensor places, Tensor targets, double temperature = 1.0) =>
        Of(model, hidden, places, targets, temperature, Math.Max(1, LogitsAtOnce / model.Config.Text.VocabularySize));

    /// <param name="targetsAtOnce">Targets in a part.</param>
    internal static TokenPredictions Of(
        QwenModel model, Tensor hidden, Tensor places, Tensor targets, double temperature, int targetsAtOnce)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor states = hidden.reshape(-1, hidden.shape[^1]).index_select(0, places); // [N, hidden]
        if (targets.shape[0] <= targetsAtOnce)
        {
            (Tensor all, Tensor entropyOfAll) = OfPart(model, states, targets, temperature);
            return new TokenPredictions(all.MoveToOuterDisposeScope(), entropyOfAll.MoveToOuterDisposeScope());
        }
        var logProbs = new List<Tensor>();
        var entropies = new List<Tensor>();
        foreach ((Tensor part, Tensor wanted) in states.split(targetsAtOnce).Zip(targets.split(targetsAtOnce)))
        {
            int known = entropies.Count;
            logProbs.Add(Recomputation.Of(
                (x, context) =>
                {
                    (Tensor predicted, Tensor entropy) = OfPart(model, x, context[0], temperature);
                    if (entropies.Count == known) // Not in the backward pass.
                    {
                        entropies.Add(entropy);
                    }
                    return predicted;
                },
                part,
                wanted));
        }
        return new TokenPredictions(
            cat(logProbs).MoveToOuterDisposeScope(), cat(entropies).MoveToOuterDisposeScope());
    }

    public void Dispose()
    {
        LogProbs.Dispose();
        Entropies.Dispose();
    }

    // states: [n, hidden], targets: [n]
    private static (Tensor LogProbs, Tensor Entropies) OfPart(
        QwenModel model, Tensor states, Tensor targets, double temperature)
    {
        using DisposeScope scope = NewDisposeScope();
        using Scalar divisor = temperature;
        Tensor logits = model.Logits(states).to(ScalarType.Float32).div(divisor); // [n, V]
        Tensor all = logits.log_softmax(-1);
        Tensor logProbs = all.gather(1, targets.unsqueeze(1)).squeeze(1);
        using var noGrad = no_grad();
        Tensor fixedAll = all.detach();
        Tensor entropies = (fixedAll.exp() * fixedAll).sum(-1).neg();
        return (logProbs.MoveToOuterDisposeScope(), entropies.MoveToOuterDisposeScope());
    }
}
