# The next token of every sequence, in TorchScript: see TokenSampler.cs. TorchScript has no names for types of elements;
# 6 is fp32.


# The first token whose cumulative probability exceeds the uniform number's share of the whole: never one whose
# probability is 0. [B, 1]
def inverted(probs, uniform):
    cumulative = probs.cumsum(-1)
    whole = cumulative.narrow(-1, cumulative.size(1) - 1, 1)
    return cumulative.le(uniform * whole).sum(-1, keepdim=True)


# The same among the likeliest tokens that hold top-p: one stays while what stands before it holds less.
def inverted_within(probs, uniform, top_p: float):
    probs, order = probs.sort(-1, descending=True)
    until = probs.cumsum(-1).narrow(-1, 0, probs.size(1) - 1)
    before = torch.cat([torch.zeros_like(probs.narrow(-1, 0, 1)), until], -1)
    return order.gather(1, inverted(probs * before.lt(top_p), uniform))


def sample(logits, uniform, stops, temperature: float, top_p: float, random: bool, self_certainty: bool, likeliest: int):
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
        # KL(uniform || p) = -ln n - mean ln p over the n tokens that can be sampled.
        possible = log_probs.gt(-1e10)
        count = possible.sum(-1)
        measured.append((log_probs * possible).sum(-1).div(count).neg().sub(count.log()))
    if likeliest > 0:
        # Minus the mean ln p of the likeliest tokens, as far as that many can be sampled.
        likely = log_probs.topk(min(likeliest, log_probs.size(1)))[0]           # [B, k]
        possible = likely.gt(-1e10)
        measured.append((likely * possible).sum(-1).div(possible.sum(-1)).neg())
    return ids, torch.stack(measured)
