"""Sampling with transformers' own generate, which reads a prompt again for each of its samples: for peer.py.

All responses are generated side by side, with a cache.
"""
import torch

import peer_learning


def generate(model, inputs, samples, tokens):
    """[prompts * samples, prompt + new tokens], and how many of the new ones count in each row, the stop included."""
    with torch.no_grad():
        rows = model.generate(**inputs, num_return_sequences=samples, max_new_tokens=tokens)
    return rows, lengths_until_stop(model, rows[:, inputs["input_ids"].shape[1]:])


def continuations(model, inputs, rows, lengths, task):
    """Tokens generated in going on from each response's prefix, with a noisy image."""
    patches = inputs["pixel_values"] + 0.1 * torch.randn_like(inputs["pixel_values"])
    start = inputs["input_ids"].shape[1]
    generated = 0
    # As many at once as have the same prefix length, which with random weights is nearly all of them.
    kept = (task["keep"] * lengths).long()
    for length in kept.unique().tolist():
        chosen = (kept == length).nonzero()[:, 0]
        ids = rows[chosen, :start + length]
        batch = peer_learning.rows_of(inputs, ids, [row // task["group"] for row in chosen.tolist()], patches)
        room = task["new_tokens"] - length
        if room > 0:
            _, new = generate(model, batch, task["continuations"], room)
            generated += int(new.sum())
    return generated


def stops_of(model, device):
    stops = model.generation_config.eos_token_id
    return torch.tensor([stops] if isinstance(stops, int) else stops or [-1], device=device)


def lengths_until_stop(model, new):
    """How many of each row's new tokens count, the stop included."""
    stopped = torch.isin(new, stops_of(model, new.device))
    return torch.where(stopped.any(1), stopped.int().argmax(1) + 1, new.shape[1])
