#!/usr/bin/env python3
"""Loads what Retrace has written with transformers, and an adapter with PEFT, and compares numbers and greedy text.

  ./retrace score --input prompts.jsonl --model DIR --dtype fp32 --output scores.jsonl
  ./retrace generate --input prompts.jsonl --model DIR --dtype fp32 --temperature 0 --max-tokens 48 --output texts.jsonl
  python3 tests/reference/exported_model.py DIR prompts.jsonl scores.jsonl texts.jsonl

DIR is a checkpoint or an export of a run, or a checkpoint that holds an adapter. A line of prompts.jsonl has id, prompt,
response and, unless it is text alone, image: a file beside it, or a list of several. Needs torch, transformers and Pillow,
and for adapters PEFT; tried with Debian's transformers 5.12 and torch 2.14 and PEFT of August 2026. Ends with an error where
token ids differ, log-probabilities differ by more than 1e-4, or greedy text differs.
"""
import argparse
import collections
import json
import pathlib

import torch
import transformers
from PIL import Image
from transformers import AutoProcessor, Qwen2_5_VLForConditionalGeneration

# From the hub's names, which adapters have, to those of transformers 5.
KEY_MAPPING = {"^visual": "model.visual", r"^model(?!\.(language_model|visual))": "model.language_model"}


def load(folder):
    adapter = folder / "adapter_config.json"
    base = json.loads(adapter.read_text())["base_model_name_or_path"] if adapter.exists() else folder
    model, loading = Qwen2_5_VLForConditionalGeneration.from_pretrained(
        base, dtype=torch.float32, attn_implementation="eager", output_loading_info=True)
    faults = {kind: names for kind, names in loading.items() if names}
    if faults:
        raise SystemExit(f"transformers does not load {base} as it is: {faults}")
    if adapter.exists():
        import peft
        print("PEFT", peft.__version__)
        model = peft.PeftModel.from_pretrained(model, folder, key_mapping=KEY_MAPPING)
        if not any(torch.count_nonzero(weight) for name, weight in model.named_parameters() if "lora_B" in name):
            raise SystemExit("PEFT has loaded none of the adapter")
    return model.eval()


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def images(folder, prompt):
    names = prompt.get("image") or []
    return [Image.open(folder / name) for name in ([names] if isinstance(names, str) else names)]


def main():
    options = argparse.ArgumentParser(description=__doc__)
    for name in ["folder", "prompts", "scores", "texts"]:
        options.add_argument(name, type=pathlib.Path)
    options = options.parse_args()
    print("transformers", transformers.__version__, "torch", torch.__version__)
    processor = AutoProcessor.from_pretrained(options.folder)
    model = load(options.folder)
    largest = 0.0
    generated = 0
    counts = collections.Counter()
    prompts = lines(options.prompts)
    for prompt, score, text in zip(prompts, lines(options.scores), lines(options.texts), strict=True):
        seen = images(options.prompts.parent, prompt)
        counts[len(seen)] += 1
        content = [{"type": "image"} for _ in seen] + [{"type": "text", "text": prompt["prompt"]}]
        asked = processor.apply_chat_template(
            [{"role": "user", "content": content}], add_generation_prompt=True, tokenize=False)
        whole = processor(text=[asked + prompt["response"]], images=seen or None, return_tensors="pt")
        ids = whole["input_ids"][0]
        if ids.tolist() != score["token_ids"]:
            raise SystemExit(f"{prompt['id']}: token ids differ")
        with torch.no_grad():
            log_probs = model(**whole).logits[0, :-1].log_softmax(-1).gather(1, ids[1:, None])[:, 0]
        difference = (log_probs - torch.tensor(score["log_probs"][1:])).abs().max().item()
        largest = max(largest, difference)

        start = processor(text=[asked], images=seen or None, return_tensors="pt")
        with torch.no_grad():  # A folder may ask for a repetition penalty, which Retrace does not apply.
            drawn = model.generate(**start, do_sample=False, repetition_penalty=1.0, max_new_tokens=48)
        drawn = drawn[0, start["input_ids"].shape[1]:]
        if drawn.tolist() != text["token_ids"][0]:
            raise SystemExit(f"{prompt['id']}: greedy tokens differ: {drawn.tolist()} and {text['token_ids'][0]}")
        generated += len(drawn)
    kinds = ", ".join(f"{count} with {number} images" for number, count in sorted(counts.items()))
    print(f"{len(prompts)} prompts ({kinds}): same token ids, log-probabilities within {largest:.1e}, "
          f"{generated} greedy tokens the same")
    if largest > 1e-4:
        raise SystemExit("log-probabilities differ")


if __name__ == "__main__":
    main()
