using Retrace.Models.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>A model's predictions of given next tokens.</summary>
/// <param name="LogProbs">ln p of each target token. [N], fp32</param>
/// <param name="Entropies">
/// Entropy of the distribution that predicts each token, in nats. [N], fp32; null where they were not asked for.
/// </param>
public sealed record TokenPredictions(Tensor LogProbs, Tensor? Entropies) : IDisposable
{
    /// <summary>The most logits that are in memory at once: 256 MiB of fp32.</summary>
    public const int LogitsAtOnce = 1 << 26;

    private const int Slices = 8; // Of a part's targets.

    /// <summary>Reads off the log-probabilities of target tokens.</summary>
    /// <remarks>
    /// Goes over the targets part by part, and computes a part's logits anew in the backward pass, so that no more than
    /// one part's are ever in memory.
    /// </remarks>
    /// <param name="network">Its head makes the logits.</param>
    /// <param name="hidden">Final hidden states. [B, T, hidden]</param>
    /// <param name="places">Flat indices b·T + t of the states that predict the targets. [N]</param>
    /// <param name="targets">Token ids. [N]</param>
    /// <param name="temperature">What logits are divided by, as in sampling.</param>
    /// <param name="entropies">Whether these are wanted, too.</param>
    public static TokenPredictions Of(
        VisionLanguageNetwork network,
        Tensor hidden,
        Tensor places,
        Tensor targets,
        double temperature,
        bool entropies) => Of(
            network,
            hidden,
            places,
            targets,
            temperature,
            entropies,
            Math.Max(1, LogitsAtOnce / network.Config.Text.VocabularySize));

    /// <summary>Reads them off in parts of another size.</summary>
    /// <param name="targetsAtOnce">Targets in a part.</param>
    internal static TokenPredictions Of(
        VisionLanguageNetwork network,
        Tensor hidden,
        Tensor places,
        Tensor targets,
        double temperature,
        bool entropies,
        int targetsAtOnce)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor states = hidden.reshape(-1, hidden.shape[^1]).RowsAt(places); // [N, hidden]
        Tensor predictions = targets.shape[0] <= targetsAtOnce
            ? OfPart(network, states, targets, temperature, entropies)
            : cat(
                [
                    .. states.split(targetsAtOnce).Zip(targets.split(targetsAtOnce), (part, wanted) => Recomputation.Of(
                        (x, context) => OfPart(network, x, context[0], temperature, entropies), part, wanted)),
                ],
                dim: 1); // [1 or 2, N]
        return new TokenPredictions(
            predictions[0].MoveToOuterDisposeScope(), entropies ? predictions[1].MoveToOuterDisposeScope() : null);
    }

    /// <summary>Bytes that a part's backward pass holds at once.</summary>
    /// <param name="targets">Target tokens.</param>
    /// <param name="vocabulary">V</param>
    /// <param name="entropies">Whether these are wanted, too.</param>
    public static long BytesOf(long targets, int vocabulary, bool entropies)
    {
        // On the way back the gradients of all logits, in slices and put together, while log-probabilities go, and two tensors
        // for a slice; with entropies there are probabilities, and their products with the log-probabilities, too.
        long all = sizeof(float) * Math.Min(LogitsAtOnce, targets * vocabulary);
        return entropies ? 4 * all : (2 * all) + (2 * all / Slices);
    }

    public void Dispose()
    {
        LogProbs.Dispose();
        Entropies?.Dispose();
    }

    // states: [n, hidden], targets: [n]. Log-probabilities and, if wanted, entropies: [1 or 2, n]
    private static Tensor OfPart(
        VisionLanguageNetwork network, Tensor states, Tensor targets, double temperature, bool entropies)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = network.Logits(states).to(ScalarType.Float32); // [n, V]
        if (temperature != 1)
        {
            using Scalar divisor = temperature;
            logits.div_(divisor);
        }
        // Row by row either way; in slices the backward pass makes no second tensor of gradients as large as the logits.
        long slice = Math.Max(1, (targets.shape[0] + Slices - 1) / Slices);
        return cat(
            [.. logits.split(slice).Zip(targets.split(slice), (part, wanted) => OfSlice(part, wanted, entropies))], dim: 1)
            .MoveToOuterDisposeScope();
    }

    // logits: [n, V], targets: [n]. Log-probabilities and, if wanted, entropies: [1 or 2, n]
    private static Tensor OfSlice(Tensor logits, Tensor targets, bool entropies)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor all = logits.log_softmax(-1);
        Tensor logProbs = all.gather(1, targets.unsqueeze(1)).squeeze(1);
        return (entropies ? stack([logProbs, (all.exp() * all).sum(-1).neg()]) : logProbs.unsqueeze(0))
            .MoveToOuterDisposeScope();
    }
}
