using Retrace.Models.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Retrace.Models.Qwen;

/// <summary>
/// The decoder over one more token of each sequence: what <see cref="TextDecoder"/>'s blocks compute, as one TorchScript
/// function. From C# it would be some fifty calls a block, and an object for the result of each.
/// </summary>
internal sealed class DecodingStep : IDisposable
{
    // A layer's weights: its two norms', then four of each of q, k, v, o, gate, up and down, see Linear.Weights. A cache:
    // see ForkedCache.Tensors. 6 is libtorch's number of fp32.
    private const string Script = """
        def normed(x, weight, epsilon: float):
            wide = x.to(6)
            scale = (wide * wide).mean([-1], keepdim=True).add_(epsilon).rsqrt_()
            return (wide * scale).to(x.dtype) * weight

        def linear(x, weights: List[Tensor], place: int, adapter_scale: float):
            bias: Optional[Tensor] = None
            if weights[place + 1].numel() > 0:
                bias = weights[place + 1]
            y = torch.linear(x, weights[place], bias)
            if weights[place + 2].numel() > 0:
                low = torch.linear(x, weights[place + 2]).mul(adapter_scale)
                y = y + torch.linear(low, weights[place + 3])
            return y

        def rotated(x, cos, sin):
            half = x.size(-1) // 2
            turned = torch.cat([-x.narrow(-1, half, half), x.narrow(-1, 0, half)], -1)
            return x * cos + turned * sin

        # [B, kvHeads, G, n] -> [R, kvHeads, slots * G, n]
        def in_slots(x, row_of_slot, prompts: int):
            slots = x
            if row_of_slot.numel() > 0:
                slots = x.index_select(0, row_of_slot)
            heads, n = x.size(1), x.size(3)
            slots = slots.reshape(prompts, slots.size(0) // prompts, heads, -1, n)
            return slots.transpose(1, 2).reshape(prompts, heads, -1, n)

        # [R, kvHeads, slots * G, n] -> [B, kvHeads, G, n]
        def of_rows(x, slot_of_row, group: int):
            prompts, heads, n = x.size(0), x.size(1), x.size(3)
            slots = x.view(prompts, heads, -1, group, n).transpose(1, 2).reshape(-1, heads, group, n)
            if slot_of_row.numel() > 0:
                return slots.index_select(0, slot_of_row)
            return slots

        # q: [B, kvHeads, G, headSize], the query heads that read one key head together; k, v: [B, kvHeads, 1, headSize]
        def attended(q, k, v, cache: List[Tensor], layer: int, length: int):
            padding, row_of_slot, slot_of_row = cache[1], cache[2], cache[3]
            prompt_keys, prompt_values = cache[4 + 4 * layer], cache[5 + 4 * layer]    # [R, kvHeads, P, headSize]
            own_keys, own_values = cache[6 + 4 * layer], cache[7 + 4 * layer]          # [B, kvHeads, capacity, headSize]
            own_keys.narrow(2, length, 1).copy_(k)
            own_values.narrow(2, length, 1).copy_(v)
            prompts, width, group = prompt_keys.size(0), prompt_keys.size(2), q.size(2)
            to_prompts = torch.matmul(in_slots(q, row_of_slot, prompts), prompt_keys.transpose(2, 3))
            if padding.numel() > 0:
                to_prompts = to_prompts + padding
            to_own = torch.matmul(q, own_keys.narrow(2, 0, length + 1).transpose(2, 3))
            scores = torch.cat([of_rows(to_prompts, slot_of_row, group), to_own], -1)  # [B, kvHeads, G, P + S]
            shares = scores.softmax(-1, 6).to(q.dtype)
            from_prompts = torch.matmul(in_slots(shares.narrow(3, 0, width), row_of_slot, prompts), prompt_values)
            from_own = torch.matmul(shares.narrow(3, width, length + 1), own_values.narrow(2, 0, length + 1))
            return of_rows(from_prompts, slot_of_row, group) + from_own

        def step(
                tokens, positions, caches: List[Tensor], embedding, frequencies, weights: List[Tensor], norm,
                layers: int, heads: int, epsilon: float, query_scale: float, adapter_scale: float):
            hidden = embedding.index_select(0, tokens)                                 # [B, hidden]
            rows, size = hidden.size(0), hidden.size(1)
            angle = positions.unsqueeze(1).to(6) * frequencies
            angle = torch.cat([angle, angle], -1).unsqueeze(1)                         # [B, 1, headSize]
            cos, sin = angle.cos().to(hidden.dtype), angle.sin().to(hidden.dtype)
            stride = 4 + 4 * layers
            lengths = [int(caches[i]) for i in range(0, len(caches), stride)]
            for layer in range(layers):
                place = 30 * layer
                x = normed(hidden, weights[place], epsilon)
                q = rotated(linear(x, weights, place + 2, adapter_scale).view(rows, heads, -1), cos, sin)
                k = linear(x, weights, place + 6, adapter_scale)
                k = rotated(k.view(rows, -1, q.size(2)), cos, sin).unsqueeze(2)
                v = linear(x, weights, place + 10, adapter_scale).view(rows, -1, 1, q.size(2))
                q = q.reshape(rows, k.size(1), -1, q.size(2)).mul(query_scale)
                parts: List[Tensor] = []
                first = 0
                for i in range(len(lengths)):
                    cache = caches[i * stride:(i + 1) * stride]
                    count = cache[6].size(0)
                    parts.append(attended(
                        q.narrow(0, first, count), k.narrow(0, first, count), v.narrow(0, first, count),
                        cache, layer, lengths[i]))
                    first += count
                mixed = parts[0] if len(parts) == 1 else torch.cat(parts)
                hidden = hidden + linear(mixed.reshape(rows, size), weights, place + 14, adapter_scale)
                x = normed(hidden, weights[place + 1], epsilon)
                gate = torch.silu(linear(x, weights, place + 18, adapter_scale))
                product = gate * linear(x, weights, place + 22, adapter_scale)
                hidden = hidden + linear(product, weights, place + 26, adapter_scale)
            return normed(hidden, norm, epsilon)

        """;

    private static readonly Lazy<jit.CompilationUnit> Compiled = TorchScript.Of(Script);

    private readonly object[] _arguments; // All but the first three.
    private readonly Scalar[] _scalars;

    /// <param name="embedding">[V, hidden]</param>
    /// <param name="weights">Of all layers, the first's first.</param>
    /// <param name="norm">The last one's weight. [hidden]</param>
    /// <param name="frequencies">Of the rotary tables. [headSize/2]</param>
    /// <param name="adapterScale">What all adapters' parts are multiplied by.</param>
    public DecodingStep(
        TextConfig config,
        Tensor embedding,
        IEnumerable<Tensor> weights,
        Tensor norm,
        Tensor frequencies,
        double adapterScale)
    {
        _scalars = [config.NormEpsilon, 1 / Math.Sqrt(config.HeadSize), adapterScale];
        _arguments =
            [embedding, frequencies, weights.ToArray(), norm, config.Layers, config.Heads, .. _scalars];
    }

    /// <summary>Stands for a tensor that is not there.</summary>
    public static Tensor None { get; } = empty(0).DetachFromDisposeScope();

    /// <summary>Final hidden states of the new tokens. Not differentiable.</summary>
    /// <param name="tokens">[B]</param>
    /// <param name="positions">[B], on all three axes.</param>
    /// <param name="caches">Have room for the tokens, and take them; the first's rows first.</param>
    /// <returns>[B, hidden]</returns>
    public Tensor Run(Tensor tokens, Tensor positions, IReadOnlyList<ForkedCache> caches)
    {
        using var noGrad = no_grad();
        Tensor[] held = caches.Count == 1 ? caches[0].Tensors : [.. caches.SelectMany(cache => cache.Tensors)];
        return (Tensor)Compiled.Value.invoke("step", [tokens, positions, held, .. _arguments]);
    }

    public void Dispose()
    {
        foreach (Scalar scalar in _scalars)
        {
            scalar.Dispose();
        }
    }
}
