using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Qwen;

/// <summary>What the tokens of a forward pass attend to.</summary>
internal interface IAttention
{
    /// <summary>One layer's attention.</summary>
    /// <param name="q">[B, heads, T, headSize]</param>
    /// <param name="k">[B, kvHeads, T, headSize]</param>
    /// <param name="v">[B, kvHeads, T, headSize]</param>
    /// <returns>[B, T, hidden]</returns>
    Tensor Attend(int layer, Tensor q, Tensor k, Tensor v);
}

/// <summary>To each other, within whole sequences.</summary>
/// <param name="mask">Added to the scores, broadcast to [B, 1, T, T]: 0 or −∞; null for plain causal attention.</param>
/// <param name="cache">Empty, and takes the tokens; null while training.</param>
internal sealed class SequenceAttention(TextConfig config, Tensor? mask, KvCache? cache) : IAttention
{
    public Tensor Attend(int layer, Tensor q, Tensor k, Tensor v)
    {
        using DisposeScope scope = NewDisposeScope();
        cache?.Append(layer, k, v);
        int sharing = config.Heads / config.KeyValueHeads; // query heads that read one key head
        if (sharing > 1)
        {
            k = Repeat(k, sharing);
            v = Repeat(v, sharing);
        }
        return nn.functional.scaled_dot_product_attention(q, k, v, mask, 0.0, mask is null)
            .transpose(1, 2).reshape(q.shape[0], q.shape[2], config.HiddenSize).MoveToOuterDisposeScope();
    }

    // [B, kvHeads, T, headSize] → [B, kvHeads·times, T, headSize], each head beside its copies.
    private static Tensor Repeat(Tensor x, int times)
    {
        long[] shape = x.shape;
        return x.unsqueeze(2).expand(shape[0], shape[1], times, shape[2], shape[3])
            .reshape(shape[0], shape[1] * times, shape[2], shape[3]);
    }
}

/// <summary>Of one new token of each sequence, to all that its cache holds.</summary>
/// <param name="caches">The first's sequences are the first rows of the batch, and so on.</param>
internal sealed class ContinuedAttention(IReadOnlyList<ForkedCache> caches) : IAttention
{
    public Tensor Attend(int layer, Tensor q, Tensor k, Tensor v)
    {
        if (caches.Count == 1)
        {
            return caches[0].Attend(layer, q, k, v);
        }
        using DisposeScope scope = NewDisposeScope();
        var attended = new Tensor[caches.Count];
        long first = 0;
        for (int i = 0; i < caches.Count; i++)
        {
            long rows = caches[i].Rows;
            attended[i] = caches[i].Attend(
                layer, q.narrow(0, first, rows), k.narrow(0, first, rows), v.narrow(0, first, rows));
            first += rows;
        }
        return cat(attended).MoveToOuterDisposeScope();
    }
}
