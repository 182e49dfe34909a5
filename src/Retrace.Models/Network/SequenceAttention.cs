using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>Attention of the tokens of whole sequences to each other.</summary>
internal static class SequenceAttention
{
    /// <summary>Softmax attention of one layer.</summary>
    /// <param name="q">[B, heads, T, headSize]</param>
    /// <param name="k">[B, kvHeads, T, headSize]</param>
    /// <param name="v">[B, kvHeads, T, headSize]</param>
    /// <param name="mask">
    /// Added to the scores, broadcast to [B, 1, T, T]: 0 or −∞; null for plain causal attention.
    /// </param>
    /// <returns>[B, T, heads · headSize]</returns>
    public static Tensor Of(TextConfig config, Tensor q, Tensor k, Tensor v, Tensor? mask)
    {
        using DisposeScope scope = NewDisposeScope();
        int sharing = config.Heads / config.KeyValueHeads; // query heads that read one key head
        if (sharing > 1)
        {
            k = Repeat(k, sharing);
            v = Repeat(v, sharing);
        }
        return DotProductAttention.Of(q, k, v, mask, causal: mask is null)
            .transpose(1, 2).reshape(q.shape[0], q.shape[2], -1).MoveToOuterDisposeScope();
    }

    // [B, kvHeads, T, headSize] → [B, kvHeads·times, T, headSize], each head beside its copies.
    private static Tensor Repeat(Tensor x, int times)
    {
        long[] shape = x.shape;
        return x.unsqueeze(2).expand(shape[0], shape[1], times, shape[2], shape[3])
            .reshape(shape[0], shape[1] * times, shape[2], shape[3]);
    }
}
