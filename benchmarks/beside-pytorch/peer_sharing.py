"""Sampling with a loop round transformers that reads each prompt, with its image, once for all its samples: for peer.py.

Keys and values of a prompt are copied for each of its samples, and all sequences are decoded side by side, one pass a token.
"""
import torch
import transformers
from torch import nn

import peer_generate
import peer_learning


class ForkedSequences:
    """Sequences that go on from prompts: logits of the next token of each, [prompts * samples, V]."""

    def __init__(self, model, inputs, samples):
        self.model, self.cache = model, transformers.DynamicCache(config=model.config.get_text_config())
        mask = inputs["attention_mask"]
        # Without padding no mask is needed, and attention is faster.
        given = {name: value for name, value in inputs.items() if name != "attention_mask" or not mask.all()}
        model.model.rope_deltas = None  # Of earlier prompts.
        read = model(**given, past_key_values=self.cache, use_cache=True, logits_to_keep=1)
        self.cache.batch_repeat_interleave(samples)
        self.logits = read.logits[:, -1].repeat_interleave(samples, 0)
        # Of the next tokens, [3, prompts * samples, 1]: an image takes fewer positions than it has tokens.
        next_positions = mask.sum(1, keepdim=True) + model.model.rope_deltas
        self.positions = next_positions.repeat_interleave(samples, 0).expand(3, -1, 1)
        self.mask = None if "attention_mask" not in given else mask.repeat_interleave(samples, 0)

    def advance(self, tokens):
        """Decodes one more token of each sequence, [prompts * samples, 1]."""
        if self.mask is not None:
            self.mask = nn.functional.pad(self.mask, (0, 1), value=1)
        self.logits = self.model(
            input_ids=tokens, position_ids=self.positions, attention_mask=self.mask, past_key_values=self.cache,
            use_cache=True).logits[:, -1]
        self.positions = self.positions + 1


@torch.inference_mode()
def generate(model, inputs, samples, tokens):
    """[prompts * samples, prompt + new tokens], and how many of the new ones count in each row, the stop included."""
    sequences = ForkedSequences(model, inputs, samples)
    stops, new = peer_generate.stops_of(model, inputs["input_ids"].device), []
    stopped = torch.zeros(len(sequences.logits), dtype=torch.bool, device=sequences.logits.device)
    while True:
        new.append(torch.multinomial(sequences.logits.float().softmax(-1), 1))
        stopped |= torch.isin(new[-1][:, 0], stops)
        if len(new) == tokens or stopped.all():
            break
        sequences.advance(new[-1])
    rows = torch.cat([inputs["input_ids"].repeat_interleave(samples, 0), *new], 1)
    return rows, peer_generate.lengths_until_stop(model, rows[:, inputs["input_ids"].shape[1]:])


def continuations(model, inputs, rows, lengths, task):
    """Tokens generated in going on from each response's prefix, with a noisy image, all side by side."""
    patches = inputs["pixel_values"] + 0.1 * torch.randn_like(inputs["pixel_values"])
    start = inputs["input_ids"].shape[1]
    kept = (task["keep"] * lengths).long()
    most = int(kept.max())
    batch = peer_learning.rows_of(
        inputs, rows[:, :start + most], [row // task["group"] for row in range(len(rows))], patches)
    # Shorter prefixes move to the right, so that all end together.
    width = start + most
    places = torch.arange(width, device=rows.device) - (most - kept)[:, None]  # [rows, width]
    for name in ("input_ids", "attention_mask", "mm_token_type_ids"):
        batch[name] = batch[name].gather(1, places.clamp(min=0)) * (places >= 0)
    rooms = (task["new_tokens"] - kept).repeat_interleave(task["continuations"])
    _, new = generate(model, batch, task["continuations"], int(rooms.max()))
    return int(torch.minimum(new, rooms).sum())


@torch.inference_mode()
def check(model, inputs):
    """Ends the comparison unless forked sequences, of the first and the last prompt, come to what the model says of whole ones."""
    owners = [0, len(inputs["input_ids"]) - 1]
    prompts = peer_learning.rows_of(inputs, inputs["input_ids"][owners], owners)
    sequences = ForkedSequences(model, prompts, samples=2)
    tokens = torch.multinomial(sequences.logits.float().softmax(-1), 3)  # [4, 3]
    for place in range(tokens.shape[1]):
        sequences.advance(tokens[:, place:place + 1])
    rows = torch.cat([prompts["input_ids"].repeat_interleave(2, 0), tokens], 1)
    model.model.rope_deltas = None
    whole = model(**peer_learning.rows_of(prompts, rows, [0, 0, 1, 1]), use_cache=False, logits_to_keep=1).logits[:, -1]
    gap = (sequences.logits.float().log_softmax(-1) - whole.float().log_softmax(-1)).abs().mean().item()
    if not gap < (0.1 if whole.dtype == torch.bfloat16 else 1e-3):
        raise SystemExit(f"forked sequences' log-probabilities differ from those of whole ones by {gap:.2g} on average")
