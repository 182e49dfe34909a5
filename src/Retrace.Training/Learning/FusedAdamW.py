# One update of a tensor, in TorchScript: see FusedAdamW.cs.
#
# What is written to a list that nobody reads is taken for dead code, and the call with it: so one is returned.
def update(weights, gradient, first, second, step, rates):
    updated = [weights]
    torch._fused_adamw_(
        updated, [gradient], [first], [second], [], [step], lr=float(rates[0]), beta1=0.9, beta2=0.999,
        weight_decay=float(rates[1]), eps=1e-8, amsgrad=False, maximize=False)
    return updated[0]
