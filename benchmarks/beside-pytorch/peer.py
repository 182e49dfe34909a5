"""The work of a task by transformers: generate, and a step of GRPO as TRL takes it. Prints figures as JSON.

  python3 peer.py task.json          as beside.py writes it

Generation is transformers' own, with its cache, all responses side by side. Learning is in peer_learning.py.
"""
import base64
import io
import json
import pathlib
import sys
import time

import torch
import transformers
from PIL import Image

import peer_learning


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
        images.append(Image.open(io.BytesIO(base64.b64decode(problem["image"]))).convert("RGB"))
        content = [{"type": "image"}, {"type": "text", "text": problem["question"]}]
        texts.append(processor.apply_chat_template(
            [{"role": "user", "content": content}], add_generation_prompt=True, tokenize=False))
    processor.tokenizer.padding_side = "left"
    return processor(text=texts, images=images, padding=True, return_tensors="pt").to(task["device"])


def generate(model, inputs, samples, tokens):
    """[prompts * samples, prompt + new tokens], and how many of the new ones count in each row, the stop included."""
    with torch.no_grad():
        rows = model.generate(**inputs, num_return_sequences=samples, max_new_tokens=tokens)
    new = rows[:, inputs["input_ids"].shape[1]:]
    stops = model.generation_config.eos_token_id
    stops = torch.tensor([stops] if isinstance(stops, int) else stops or [-1], device=rows.device)
    stopped = torch.isin(new, stops)
    ended = stopped.any(1)
    lengths = torch.where(ended, stopped.int().argmax(1) + 1, new.shape[1])
    return rows, lengths


def continuations(model, inputs, rows, lengths, task):
    """Tokens generated in going on from each response's prefix, with a noisy image."""
    patches = inputs["pixel_values"] + 0.1 * torch.randn_like(inputs["pixel_values"])
    start = inputs["input_ids"].shape[1]
    generated = 0
    # As many at once as have the same prefix length, which with random weights is all of them.
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


def finish(task):
    if task["device"] != "cpu":
        torch.cuda.synchronize()
    return time.perf_counter()


def main():
    task = json.loads(pathlib.Path(sys.argv[1]).read_text())
    if task["threads"]:
        torch.set_num_threads(task["threads"])
    torch.manual_seed(task["seed"])
    processor = transformers.AutoProcessor.from_pretrained(task["model"])
    model = load(task)
    learner = None if task["continuations"] else peer_learning.Learner(model, task)
    inputs = prompts(task, processor)
    print("ready", flush=True)
    first = score(model.eval(), inputs)
    for _ in range(2):
        model.eval()
        began = finish(task)
        rows, lengths = generate(model, inputs, task["group"], task["new_tokens"])
        generated = int(lengths.sum())
        if task["continuations"]:
            generated += continuations(model, inputs, rows, lengths, task)
        between = finish(task)
        if learner is not None:
            learner.step(inputs, rows, lengths)
        ended = finish(task)
    print(json.dumps({
        "first_prompt": first,
        "generated_tokens": generated,
        "rollout_seconds": between - began,
        "learned_tokens": 0 if learner is None else int(lengths.sum()),
        "learn_seconds": None if learner is None else ended - between,
    }))


if __name__ == "__main__":
    main()
