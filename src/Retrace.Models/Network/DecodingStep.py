# The decoder over one more token of each sequence, in TorchScript: see DecodingStep.cs. TorchScript has no names for
# types of elements; 6 is fp32.
#
# B sequences continue R prompts of at most P tokens. G query heads read one key head. S tokens of a sequence are its
# own.


# What RmsNorm computes, on a GPU as one operation. In bf16 it multiplies with the weight before it rounds, and rounds once.
# On the meta device libtorch lacks it.
def normed(x, weight, epsilon: float):
    if x.is_meta:
        wide = x.to(6)
        return (wide * (wide * wide).mean([-1], keepdim=True).add(epsilon).rsqrt()).to(x.dtype) * weight
    return torch.rms_norm(x, [x.size(-1)], weight, epsilon)


# Normed where the model has such a norm; a weight that it does not have is empty.
def normed_where(x, weight, epsilon: float):
    if weight.numel() > 0:
        return normed(x, weight, epsilon)
    return x


# A linear layer; a tensor that it does not have is empty.
def linear(x, weight, bias, adapter_a, adapter_b, adapter_scale: float):
    given_bias: Optional[Tensor] = None
    if bias.numel() > 0:
        given_bias = bias
    y = torch.linear(x, weight, given_bias)
    if adapter_a.numel() > 0:
        y.addmm_(torch.linear(x, adapter_a), adapter_b.t(), alpha=adapter_scale)
    return y


# The same added to y, in its place: a product that adds costs no operation more.
def add_linear(y, x, weight, bias, adapter_a, adapter_b, adapter_scale: float):
    y.addmm_(x, weight.t())
    if bias.numel() > 0:
        y.add_(bias)
    if adapter_a.numel() > 0:
        y.addmm_(torch.linear(x, adapter_a), adapter_b.t(), alpha=adapter_scale)


# On the meta device, which has shapes alone, libtorch lacks index_select.
def rows_at(x, indices):
    if x.is_meta:
        return x[indices]
    return x.index_select(0, indices)


# How many tokens each expert has, on the host: a round trip in each layer of experts, as the sizes of products are
# made of it. On the meta device all have equally many, or one more.
def counts_of(picked, experts: int):
    if picked.is_meta:
        spread: List[int] = []
        for expert in range(experts):
            spread.append((picked.numel() + experts - 1 - expert) // experts)
        return spread
    chosen = picked.flatten()
    counts: List[int] = chosen.new_zeros([experts]).scatter_add_(0, chosen, torch.ones_like(chosen)).tolist()
    return counts


# One expert's product, and what an adapter adds; adapter_a: [E * r, in], adapter_b: [out, r * E], as ExpertUpdate has them
def of_expert(x, weights, adapter_a, adapter_b, adapter_scale: float, expert: int):
    y = torch.linear(x, weights[expert])
    if adapter_a.numel() > 0:
        experts = weights.size(0)
        rank = adapter_a.size(0) // experts
        low = torch.linear(x, adapter_a.narrow(0, expert * rank, rank))
        y = torch.addmm(y, low, adapter_b.view(-1, rank, experts).select(2, expert).t(), alpha=adapter_scale)
    return y


# What MixtureOfExperts computes: x: [B, hidden]; gate_up: [E, 2 * intermediate, hidden]; down: [E, hidden, intermediate]
def of_experts(
        x, router, gate_up, down, gate_up_a, gate_up_b, down_a, down_b, adapter_scale: float,
        per_token: int, norms_shares: bool):
    shares, picked = torch.linear(x, router).softmax(-1, 6).topk(per_token)    # [B, k]
    if norms_shares:
        shares = shares / shares.sum(-1, keepdim=True)
    order = picked.flatten().argsort()                                         # [B * k], by expert
    rows = torch.div(order, per_token, rounding_mode="floor")                  # The tokens in that order
    shares = rows_at(shares.to(x.dtype).flatten(), order).unsqueeze(1)         # [B * k, 1]
    counts = counts_of(picked, router.size(0))
    made = torch.zeros_like(x)
    first = 0
    for expert in range(len(counts)):
        if counts[expert] > 0:
            own = rows.narrow(0, first, counts[expert])
            gate, up = of_expert(rows_at(x, own), gate_up, gate_up_a, gate_up_b, adapter_scale, expert).chunk(2, -1)
            product = torch.silu(gate) * up * shares.narrow(0, first, counts[expert])
            made.index_add_(0, own, of_expert(product, down, down_a, down_b, adapter_scale, expert))
            first += counts[expert]
    return made


# What Rotary.Apply computes; the first half of sin is negative already.
def rotated(x, cos, sin):
    half = x.size(-1) // 2
    turned = torch.cat([x.narrow(-1, half, half), x.narrow(-1, 0, half)], -1)
    return x * cos + turned * sin


# [B, kvHeads, G, n] -> [R, kvHeads, slots * G, n]
def in_slots(x, row_of_slot, prompts: int):
    slots = x
    if row_of_slot.numel() > 0:
        slots = rows_at(x, row_of_slot)
    heads, n = x.size(1), x.size(3)
    slots = slots.reshape(prompts, slots.size(0) // prompts, heads, -1, n)
    return slots.transpose(1, 2).reshape(prompts, heads, -1, n)


# [R, kvHeads, slots * G, n] -> [B, kvHeads, G, n]
def of_rows(x, slot_of_row, group: int):
    prompts, heads, n = x.size(0), x.size(1), x.size(3)
    slots = x.view(prompts, heads, -1, group, n).transpose(1, 2).reshape(-1, heads, group, n)
    if slot_of_row.numel() > 0:
        return rows_at(slots, slot_of_row)
    return slots


# A cache's tensors stand in the order of ForkedCache.Tensors: four of all layers, then four of each layer.
def of_all_layers(cache: List[Tensor]):
    own_length, padding, row_of_slot, slot_of_row = cache[:4]
    return own_length, padding, row_of_slot, slot_of_row


# prompt_keys, prompt_values: [R, kvHeads, P, headSize]; own_keys, own_values: [B, kvHeads, capacity, headSize]
def of_layer(cache: List[Tensor], layer: int):
    prompt_keys, prompt_values, own_keys, own_values = cache[4 + 4 * layer:8 + 4 * layer]
    return prompt_keys, prompt_values, own_keys, own_values


# q: [B, kvHeads, G, headSize], the query heads that read one key head together; k, v: [B, kvHeads, 1, headSize]
def attended(q, k, v, cache: List[Tensor], layer: int, length: int):
    _, padding, row_of_slot, slot_of_row = of_all_layers(cache)
    prompt_keys, prompt_values, own_keys, own_values = of_layer(cache, layer)
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
        tokens, positions, caches: List[Tensor], embedding, frequencies, rotary_scale: float, weights: List[Tensor], norm,
        layers: int, heads: int, epsilon: float, query_scale: float, adapter_scale: float,
        experts_per_token: int, norms_shares: bool):
    hidden = rows_at(embedding, tokens)                                        # [B, hidden]
    rows = hidden.size(0)
    angle = positions.unsqueeze(1).to(6) * frequencies
    angle = torch.cat([angle, angle], -1).unsqueeze(1)                         # [B, 1, headSize]
    cos, sin = angle.cos().mul_(rotary_scale).to(hidden.dtype), angle.sin().mul_(rotary_scale).to(hidden.dtype)
    half = frequencies.size(0)
    sin = torch.cat([-sin.narrow(-1, 0, half), sin.narrow(-1, half, half)], -1)
    head_size = 2 * half
    cache_size = 4 + 4 * layers
    lengths: List[int] = []
    for first in range(0, len(caches), cache_size):
        lengths.append(int(caches[first]))
    layer_size = len(weights) // layers
    for layer in range(layers):
        # The order of TextDecoder.Block.StepTensors and Linear.StepTensors.
        (attention_norm, mlp_norm, q_norm, k_norm,
         q_weight, q_bias, q_a, q_b,
         k_weight, k_bias, k_a, k_b,
         v_weight, v_bias, v_a, v_b,
         o_weight, o_bias, o_a, o_b,
         gate_weight, gate_bias, gate_a, gate_b,
         up_weight, up_bias, up_a, up_b,
         down_weight, down_bias, down_a, down_b,
         router, experts_gate_up, experts_down,
         experts_gate_up_a, experts_gate_up_b, experts_down_a, experts_down_b) = weights[layer_size * layer:layer_size * (layer + 1)]
        x = normed(hidden, attention_norm, epsilon)
        q = linear(x, q_weight, q_bias, q_a, q_b, adapter_scale).view(rows, heads, head_size)
        k = linear(x, k_weight, k_bias, k_a, k_b, adapter_scale).view(rows, -1, head_size)
        v = linear(x, v_weight, v_bias, v_a, v_b, adapter_scale).view(rows, -1, 1, head_size)
        kv_heads = k.size(1)
        # Turned together: one operation for both where each would be one.
        turned = rotated(torch.cat([normed_where(q, q_norm, epsilon), normed_where(k, k_norm, epsilon)], 1), cos, sin)
        q = turned.narrow(1, 0, heads).reshape(rows, kv_heads, -1, head_size).mul(query_scale)
        k = turned.narrow(1, heads, kv_heads).unsqueeze(2)
        parts: List[Tensor] = []
        first = 0
        for i in range(len(lengths)):
            cache = caches[cache_size * i:cache_size * (i + 1)]
            count = of_layer(cache, 0)[2].size(0)
            parts.append(attended(
                q.narrow(0, first, count), k.narrow(0, first, count), v.narrow(0, first, count),
                cache, layer, lengths[i]))
            first += count
        mixed = parts[0] if len(parts) == 1 else torch.cat(parts)
        add_linear(hidden, mixed.reshape(rows, -1), o_weight, o_bias, o_a, o_b, adapter_scale)
        x = normed(hidden, mlp_norm, epsilon)
        if router.numel() > 0:
            hidden = hidden + of_experts(
                x, router, experts_gate_up, experts_down,
                experts_gate_up_a, experts_gate_up_b, experts_down_a, experts_down_b, adapter_scale,
                experts_per_token, norms_shares)
        else:
            gate = torch.silu(linear(x, gate_weight, gate_bias, gate_a, gate_b, adapter_scale))
            product = gate * linear(x, up_weight, up_bias, up_a, up_b, adapter_scale)
            add_linear(hidden, product, down_weight, down_bias, down_a, down_b, adapter_scale)
    return normed(hidden, norm, epsilon)
