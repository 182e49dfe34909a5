"""A step of GRPO in PyTorch, as TRL takes it, in its plainest form: for peer.py.

One update on all responses of a step, so that the policy that sampled is the one that learns, and its probabilities need
no pass of their own. A frozen copy is the reference, or with LoRA the model without its adapter. Passes take whole rows,
prompt and response, recompute activations unless the task says otherwise, and make logits of the response alone.
"""
import copy

import torch
from torch import nn


class Adapted(nn.Module):
    """A linear layer and a low-rank update of it."""

    def __init__(self, layer, rank, alpha):
        super().__init__()
        self.layer, self.scale, self.on = layer, alpha / rank, True
        weight = layer.weight
        self.a = nn.Parameter(torch.randn(rank, weight.shape[1], dtype=weight.dtype, device=weight.device) * 0.02)
        self.b = nn.Parameter(torch.zeros(weight.shape[0], rank, dtype=weight.dtype, device=weight.device))

    def forward(self, x):
        y = self.layer(x)
        return y + nn.functional.linear(nn.functional.linear(x, self.a), self.b) * self.scale if self.on else y


TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def adapt(model, rank):
    """Adapts the linear layers of the decoder, and freezes all else; returns the adapted layers."""
    model.requires_grad_(False)
    adapted = []
    for name, module in list(model.named_modules()):
        for child, layer in list(module.named_children()):
            if child in TARGETS and isinstance(layer, nn.Linear) and "visual" not in name:
                adapted.append(Adapted(layer, rank, alpha=32))
                setattr(module, child, adapted[-1])
    return adapted


def rows_of(inputs, ids, owners, patches=None):
    """A batch of rows, each a prompt's with tokens behind it, for the model.

    inputs: the prompts, as peer_prompts.py reads them; ids: [rows, T]; owners: the prompt of each row; patches: in place of
    the prompts' own.
    """
    more = ids.shape[1] - inputs["attention_mask"].shape[1]
    batch = {
        "input_ids": ids,
        "attention_mask": nn.functional.pad(inputs["attention_mask"][owners], (0, more), value=1),
    }
    if "pixel_values" in inputs:
        patches = inputs["pixel_values"] if patches is None else patches
        counts = inputs["image_grid_thw"].prod(1).tolist()
        starts = [sum(counts[:i]) for i in range(len(counts))]
        batch["pixel_values"] = torch.cat([patches[starts[owner]:starts[owner] + counts[owner]] for owner in owners])
        batch["image_grid_thw"] = inputs["image_grid_thw"][owners]
    if "mm_token_type_ids" in inputs:
        batch["mm_token_type_ids"] = nn.functional.pad(inputs["mm_token_type_ids"][owners], (0, more))
    return batch


class Learner:
    def __init__(self, model, task):
        self.model, self.task = model, task
        if task["lora_rank"] > 0:
            self.adapted, self.reference = adapt(model, task["lora_rank"]), None
            model.enable_input_require_grads()
        else:
            self.adapted, self.reference = [], copy.deepcopy(model).eval().requires_grad_(False)
            for name, parameter in model.named_parameters():
                parameter.requires_grad_("visual" not in name)
        self.trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
        self.optimizer = torch.optim.AdamW(
            self.trained, lr=task["learning_rate"], weight_decay=0.0, fused=task["device"] != "cpu")
        if task["recomputes"] is not False:
            model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})

    def step(self, inputs, rows, lengths):
        """rows: [N, prompt + response]; lengths: [N], of the responses."""
        group, width = self.task["group"], inputs["input_ids"].shape[1]
        rewards = torch.randint(0, 2, (rows.shape[0] // group, group), device=rows.device).float()
        advantages = ((rewards - rewards.mean(1, keepdim=True)) / (rewards.std(1, keepdim=True) + 1e-4)).flatten()
        total = lengths.sum()
        size = max(1, self.task["pass_tokens"] // rows.shape[1])
        self.model.train()
        for first in range(0, rows.shape[0], size):
            chosen = range(first, min(first + size, rows.shape[0]))
            ids = rows[first:first + size]
            batch = rows_of(inputs, ids, [row // group for row in chosen])
            mask = torch.arange(ids.shape[1] - width, device=ids.device) < lengths[first:first + size, None]
            batch["attention_mask"][:, width:] = mask
            with torch.no_grad():
                reference = self.reference_log_probs(batch, width)
            log_probs = self.log_probs(self.model, batch, width)
            ratio = (log_probs - log_probs.detach()).exp()
            gain = torch.min(ratio, ratio.clamp(0.8, 1.2)) * advantages[first:first + size, None]
            gap = reference - log_probs
            loss = -gain + self.task["kl"] * (gap.exp() - gap - 1)
            ((loss * mask).sum() / total).backward()
        nn.utils.clip_grad_norm_(self.trained, 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)

    def reference_log_probs(self, batch, width):
        if self.reference is not None:
            return self.log_probs(self.reference, batch, width)
        for layer in self.adapted:
            layer.on = False
        try:
            return self.log_probs(self.model, batch, width)
        finally:
            for layer in self.adapted:
                layer.on = True

    @staticmethod
    def log_probs(model, batch, width):
        """[rows, response]"""
        response = batch["input_ids"][:, width:]
        logits = model(**batch, use_cache=False, logits_to_keep=response.shape[1] + 1).logits[:, :-1]  # [rows, response, V]
        chosen = logits.gather(-1, response[..., None])[..., 0].float()
        # One row's distribution in fp32 at a time.
        return chosen - torch.stack([row.float().logsumexp(-1) for row in logits])
