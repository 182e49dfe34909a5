"""The work of a task by transformers: samples, and a step of GRPO as TRL takes it. Writes figures as JSON.

  python3 peer.py task.json figures.json          as beside.py writes and reads them

Generation is transformers' own, with its cache, all responses side by side, or that of peer_sharing.py, which reads each prompt
once. Learning is in peer_learning.py. Ends when its input does, so that its memory after the last step can be looked at.
"""
import base64
import io
import json
import os
import pathlib
import sys
import time

import torch
import transformers
from PIL import Image

import peer_learning
import peer_sharing


def load(task):
    dtype = {"bf16": torch.bfloat16, "fp32": torch.float32}[task["dtype"]]
    model = transformers.AutoModelForImageTextToText.from_pretrained(
        task["model"], dtype=dtype, attn_implementation="sdpa").to(task["device"])
    # A folder may ask for other sampling than the task.
    model.generation_config = transformers.GenerationConfig(
        do_sample=True, temperature=1.0, top_k=0, top_p=1.0, repetition_penalty=1.0,
        eos_token_id=model.generation_config.eos_token_id,
        pad_token_id=model.generation_config.pad_token_id or 0)
    return model


def prompts(task, processor):
    """The problems as the model reads them, padded on the left: what the processor returns."""
    texts, images = [], []
    for line in pathlib.Path(task["data"]).read_text().splitlines():
        problem = json.loads(line)
        content = [{"type": "text", "text": problem["question"] + task["instruction"]}]
        if "image" in problem:
            images.append(Image.open(io.BytesIO(base64.b64decode(problem["image"]))).convert("RGB"))
            content.insert(0, {"type": "image"})
        texts.append(processor.apply_chat_template(
            [{"role": "user", "content": content}], add_generation_prompt=True, tokenize=False))
    processor.tokenizer.padding_side = "left"
    return processor(text=texts, images=images or None, padding=True, return_tensors="pt").to(task["device"])


def generate(model, inputs, samples, tokens):
    """[prompts * samples, prompt + new tokens], and how many of the new ones count in each row, the stop included."""
    with torch.no_grad():
        rows = model.generate(**inputs, num_return_sequences=samples, max_new_tokens=tokens)
    return rows, peer_sharing.lengths_until_stop(model, rows[:, inputs["input_ids"].shape[1]:])


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


def score(model, inputs):
    """Of the first prompt: its token ids, and the log-probability of each given those before."""
    batch = peer_learning.rows_of(inputs, inputs["input_ids"][:1], [0])
    with torch.no_grad():
        logits = model(**batch, use_cache=False).logits[0].float()  # [T, V]
    real = inputs["attention_mask"][0].bool()
    ids = inputs["input_ids"][0][real]
    log_probs = logits[real][:-1].log_softmax(-1).gather(1, ids[1:, None])[:, 0]
    return {"token_ids": ids.tolist(), "log_probs": [None, *log_probs.tolist()]}


class Clock:
    """The time of the clock and of the processor since the last look, once the device has done all it was told to."""

    def __init__(self, device):
        self.device = device
        self.look()

    def look(self, tokens=None):
        if self.device != "cpu":
            torch.cuda.synchronize()
        before, self.now = getattr(self, "now", (0, 0)), (time.perf_counter(), time.process_time())
        return {"tokens": tokens, "seconds": self.now[0] - before[0], "processor_seconds": self.now[1] - before[1]}


def work(task, model, inputs, learner):
    """What the task asks, once: the figures of each part."""
    parts, sampling = {}, peer_sharing if task["shares"] else sys.modules[__name__]
    model.eval()
    clock = Clock(task["device"])
    rows, lengths = sampling.generate(model, inputs, task["group"], task["new_tokens"])
    parts["rollouts"] = clock.look(int(lengths.sum()))
    if task["continuations"]:
        parts["continuations"] = clock.look(sampling.continuations(model, inputs, rows, lengths, task))
    if learner is not None:
        learner.step(inputs, rows, lengths)
        parts["learning"] = clock.look(int(lengths.sum()))
    return parts


def main():
    task = json.loads(pathlib.Path(sys.argv[1]).read_text())
    if task["threads"]:
        torch.set_num_threads(task["threads"])
    torch.manual_seed(task["seed"])
    processor = transformers.AutoProcessor.from_pretrained(task["model"])
    model = load(task)
    learner = peer_learning.Learner(model, task) if task["learns"] else None
    inputs = prompts(task, processor)
    print("ready", flush=True)
    first = score(model.eval(), inputs)
    if task["shares"]:
        peer_sharing.check(model, inputs)
    for _ in range(2):
        parts = work(task, model, inputs, learner)
    figures = pathlib.Path(sys.argv[2])
    unfinished = figures.with_suffix(".unfinished")
    unfinished.write_text(json.dumps({"first_prompt": first, **parts}))
    os.replace(unfinished, figures)
    sys.stdin.read()


if __name__ == "__main__":
    main()
