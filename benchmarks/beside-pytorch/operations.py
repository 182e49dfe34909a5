#!/usr/bin/env python3
"""Counts the operations of one step of decoding that a GPU would start a kernel for, from the program's own scripts.

  python3 benchmarks/beside-pytorch/operations.py [--layers 36] [--lora]

Runs DecodingStep.py and TokenSampler.py with weights that are small and a number of layers that is real, and counts what
libtorch is asked for, but for views of tensors, which start nothing. Needs torch alone.
"""
import argparse
import collections
import pathlib

import torch
from torch.utils._python_dispatch import TorchDispatchMode

ROOT = pathlib.Path(__file__).resolve().parents[2]
LAUNCH = 4e-6  # Seconds that the host takes for a launch.


class Counted(TorchDispatchMode):
    """Counts operations; a view shares memory with what it is made of and writes none."""

    def __init__(self):
        super().__init__()
        self.counts = collections.Counter()

    def __torch_dispatch__(self, operation, types, arguments=(), keywords=None):
        returns = [returned.alias_info for returned in operation._schema.returns]
        is_view = any(alias is not None and not alias.is_write for alias in returns)
        name = operation._schema.name.removeprefix("aten::")
        if not is_view and name not in ("_unsafe_view", "empty", "empty_like", "_local_scalar_dense"):
            self.counts[name] += 1
        return operation(*arguments, **(keywords or {}))


def compiled(path):
    """The script as Python compiles it, whose module torch has some of libtorch's operations elsewhere."""
    text = (ROOT / path).read_text()
    for name in ("linear", "silu"):
        text = text.replace(f"torch.{name}(", f"torch._C._nn.{name}(")
    return torch.jit.CompilationUnit(text)


def step_of(layers, rank, rows, prompts):
    """The script's arguments for a Qwen2.5-VL with small sizes: biases of queries, keys and values, no norms of heads."""
    heads, kv_heads, size, mlp, vocabulary, width, own = 16, 2, 8, 64, 50, 12, 64
    hidden = heads * size
    none = torch.empty(0)

    def linear(out, inputs, bias=False):
        adapter = [torch.randn(rank, inputs), torch.randn(out, rank)] if rank else [none, none]
        return [torch.randn(out, inputs), torch.randn(out) if bias else none, *adapter]

    weights = []
    cache = [torch.tensor([3]), none, none, none]
    for _ in range(layers):
        weights += [torch.randn(hidden), torch.randn(hidden), none, none]
        weights += linear(heads * size, hidden, True) + linear(kv_heads * size, hidden, True)
        weights += linear(kv_heads * size, hidden, True) + linear(hidden, heads * size)
        weights += linear(mlp, hidden) + linear(mlp, hidden) + linear(hidden, mlp) + [none] * 7
        cache += [torch.randn(prompts, kv_heads, width, size) for _ in range(2)]
        cache += [torch.randn(rows, kv_heads, own, size) for _ in range(2)]
    embedding = torch.randn(vocabulary, hidden)
    return embedding, (
        torch.zeros(rows, dtype=torch.long), torch.full((rows,), 15), cache, embedding, torch.rand(size // 2, dtype=torch.float32), 1.0, weights,
        torch.randn(hidden), layers, heads, 1e-6, size ** -0.5, 1.0, 0, False)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--layers", type=int, default=36, help="the 3B shape has 36, the 7B shape 28")
    options.add_argument("--lora", action="store_true", help="with an adapter of all linear layers")
    options = options.parse_args()
    torch.set_default_dtype(torch.bfloat16)
    decoding = compiled("src/Retrace.Models/Network/DecodingStep.py")
    sampling = compiled("src/Retrace.Training/Rollouts/TokenSampler.py")
    rows, prompts = 8, 2
    embedding, arguments = step_of(options.layers, 4 if options.lora else 0, rows, prompts)
    with torch.no_grad(), Counted() as step:
        hidden = decoding.step(*arguments)
    uniform, stops = torch.rand(rows, 1, dtype=torch.float32), torch.tensor([1])
    with torch.no_grad(), Counted() as sampler:
        logits = torch.nn.functional.linear(hidden, embedding)
        sampling.sample(logits, uniform, stops, 1.0, 1.0, True, False, 0)
    count = step.counts.total() + sampler.counts.total()
    print("decoder:", ", ".join(f"{number} {name}" for name, number in step.counts.most_common()))
    print("sampler:", ", ".join(f"{number} {name}" for name, number in sampler.counts.most_common()))
    print(
        f"{count} launches, {step.counts.total() / options.layers:.1f} a block; "
        f"{1000 * count * LAUNCH:.1f} ms at 4 µs a launch")


if __name__ == "__main__":
    main()
