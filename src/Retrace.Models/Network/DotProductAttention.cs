using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Network;

/// <summary>softmax(q·kᵀ / √headSize + mask)·v, by libtorch's fused kernels.</summary>
internal static class DotProductAttention
{
    /// <summary>All tensors are [B, heads, T, headSize].</summary>
    /// <param name="mask">Added to the scores, broadcast to [B, heads, T, T]; null: none.</param>
    /// <param name="causal">Whether a token sees those before it alone; only without a mask.</param>
    public static Tensor Of(Tensor q, Tensor k, Tensor v, Tensor? mask, bool causal)
    {
        if (q.device_type != DeviceType.META)
        {
            return nn.functional.scaled_dot_product_attention(q, k, v, mask, 0.0, causal);
        }
        // From C++ libtorch has no attention for shapes without values.
        Tensor scores = q.matmul(k.transpose(-2, -1));
        return (mask is null ? scores : scores + mask).softmax(-1).matmul(v);
    }
}
