# The backward pass of silu, in TorchScript: see SiluGradient.cs.
def of(gradient, x):
    return torch.silu_backward(gradient, x)
