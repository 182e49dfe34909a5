#!/usr/bin/env python3
"""Writes tests/Retrace.Models.Tests/Reference/QwenParity.json, what the public implementation of Qwen2.5-VL computes.

ReferenceParityTests asks src/Retrace.Models/Qwen for the same numbers. The model is small, with everything the real one
has: windows whole and partial, blocks with full attention, grouped heads, three rotary axes; once its head is the
embedding, once a matrix of its own. Only the numbers are stored: both sides make weights and pixels from one formula,
see hashed().

Needs numpy, torch and transformers. The numbers stored are those of 4.50.0; those of 5.12.1 are the same but for
rounding. A release that gives tokens generated after left padding wrong positions, as 4.57.0.dev0 did in August 2025,
stops the script:
  python3 tests/reference/qwen_parity.py
"""
import inspect
import json
import math
import pathlib

import numpy
import torch
import transformers
from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

END_OF_TEXT, END_OF_TURN, VISION_START, VISION_END, VISION_PAD, IMAGE_PAD, VIDEO_PAD = range(7)

CONFIG = {
    "architectures": ["Qwen2_5_VLForConditionalGeneration"],
    "model_type": "qwen2_5_vl",
    "bos_token_id": END_OF_TEXT,
    "eos_token_id": END_OF_TURN,
    "vision_start_token_id": VISION_START,
    "vision_end_token_id": VISION_END,
    "vision_token_id": VISION_PAD,
    "image_token_id": IMAGE_PAD,
    "video_token_id": VIDEO_PAD,
    "vocab_size": 96,
    "hidden_size": 64,
    "intermediate_size": 88,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "hidden_act": "silu",
    "max_position_embeddings": 512,
    "rms_norm_eps": 1e-3,
    "rope_theta": 5000.0,
    "rope_scaling": {"type": "mrope", "mrope_section": [2, 3, 3]},
    "attention_dropout": 0.0,
    "use_sliding_window": False,
    "vision_config": {
        "model_type": "qwen2_5_vl",
        "depth": 4,
        "hidden_size": 32,
        "hidden_act": "silu",
        "intermediate_size": 40,
        "num_heads": 2,
        "in_channels": 3,
        "out_hidden_size": 64,
        "patch_size": 4,
        "spatial_merge_size": 2,
        "temporal_patch_size": 2,
        "window_size": 24,  # three by three merged squares
        "fullatt_block_indexes": [1, 3],
        "tokens_per_second": 2,
    },
}

# Merged squares: 4 by 7 (windows of four shapes), 6 by 3 (whole windows alone), 1 by 1, and 2 by 5.
GRIDS = [(1, 8, 14), (1, 12, 6), (1, 2, 2), (1, 4, 10)]

# What stands in each prompt, an int for text, a tuple for an image by its place in GRIDS; and the response.
PROMPTS = [
    ([50, 51, (0,), 52, (1,), 53, 54, 55, 7], [60, 61, 62, 63, 64, 65, 1]),
    ([70, 71, 72, 73, 74], [75, 7, 76, 77, 1]),
    ([(3,), 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20], [21, 22, 23]),
    ([30, (2,), (0,), 31, 32, (3,), 33], [34, 35, 36, 37, 38, 39, 40, 41, 42, 1]),
]

NEW_TOKENS = 32

IS_RELEASE_5 = int(transformers.__version__.split(".")[0]) >= 5

# Chosen so that generation makes no image placeholder, and no two tokens are about equally likely to be the next.
SEED = 19


def hashed(name, shape, bound):
    """Float32 numbers in [-bound, bound): FNV-1a of "SEED/name" starts a splitmix64 counter, one step a value.

    Value i has the 53 high bits of mix(start + (i + 1)·0x9E3779B97F4A7C15), read as a fraction u, and is
    (2u - 1)·bound, computed in float64.
    """
    start = 0xCBF29CE484222325
    for byte in f"{SEED}/{name}".encode("ascii"):
        start = ((start ^ byte) * 0x100000001B3) % 2**64
    with numpy.errstate(over="ignore"):
        count = numpy.arange(1, math.prod(shape) + 1, dtype=numpy.uint64)
        z = numpy.uint64(start) + count * numpy.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        z = z ^ (z >> numpy.uint64(31))
    fraction = (z >> numpy.uint64(11)).astype(numpy.float64) / 2.0**53
    return torch.from_numpy(((2.0 * fraction - 1.0) * bound).astype(numpy.float32)).reshape(shape)


def older_name(name):
    """The name a parameter has had in checkpoints from the beginning; later releases nest the two parts."""
    return name.replace("model.visual.", "visual.").replace("model.language_model.", "model.")


def weight(name, shape):
    """Matrices keep the size of what they multiply, and biases and norms are far from zero and one."""
    if name.endswith(".bias"):
        return hashed(name, shape, 0.5)
    if len(shape) == 1:
        return 1.0 + hashed(name, shape, 0.5)
    return hashed(name, shape, 1.5 * math.sqrt(3.0 / math.prod(shape[1:])))


def build(tied):
    config = Qwen2_5_VLConfig(**json.loads(json.dumps(CONFIG)), tie_word_embeddings=tied)
    model = Qwen2_5_VLForConditionalGeneration._from_config(config, attn_implementation="eager").eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(weight(older_name(name), tuple(parameter.shape)))
    return model


def expand(parts):
    """A prompt's token ids, every image's placeholder repeated, and its images."""
    tokens, images = [], []
    for part in parts:
        if isinstance(part, int):
            tokens.append(part)
        else:
            _, height, width = GRIDS[part[0]]
            tokens += [VISION_START, *[IMAGE_PAD] * (height * width // 4), VISION_END]
            images.append(part[0])
    return tokens, images


def pixels(images):
    vision = CONFIG["vision_config"]
    length = vision["in_channels"] * vision["temporal_patch_size"] * vision["patch_size"] ** 2
    return torch.cat([hashed(f"image.{i}", (math.prod(GRIDS[i]), length), 2.0) for i in images])


def left_padded(sequences, images):
    """The arguments of a forward pass."""
    width = max(map(len, sequences))
    ids = torch.tensor([[END_OF_TEXT] * (width - len(s)) + s for s in sequences])
    return {
        "input_ids": ids,
        "attention_mask": torch.tensor([[0] * (width - len(s)) + [1] * len(s) for s in sequences]),
        "pixel_values": pixels(images),
        "image_grid_thw": torch.tensor([GRIDS[i] for i in images]),
        # Release 5 asks for what release 4 sees for itself: which tokens are images'.
        **({"mm_token_type_ids": (ids == IMAGE_PAD).int()} if IS_RELEASE_5 else {}),
    }


def rounded(values):
    return [float(f"{value:.7g}") for value in torch.as_tensor(values).flatten().tolist()]


def positions(model, batch, lengths):
    """Of each sequence its tokens' positions on the three axes, without padding; and the offsets."""
    owner = model if hasattr(model, "get_rope_index") else model.model
    places, deltas = owner.get_rope_index(
        **{name: batch[name] for name in inspect.signature(owner.get_rope_index).parameters if name in batch})
    deltas = deltas.flatten().tolist()
    if IS_RELEASE_5:  # Counted from the length without padding.
        deltas = [delta - batch["input_ids"].shape[1] + length for delta, length in zip(deltas, lengths)]
    return [places[:, row, -length:].tolist() for row, length in enumerate(lengths)], deltas


def greedy(model, prompts, images):
    """The tokens that each prompt goes on with, all prompts in one batch."""
    model.generation_config.eos_token_id = None  # nothing ends a response
    model.generation_config.pad_token_id = END_OF_TEXT
    with torch.no_grad():
        made = model.generate(
            **left_padded(prompts, images), do_sample=False, max_new_tokens=NEW_TOKENS, use_cache=True,
            output_logits=True, return_dict_in_generate=True)
        responses = made.sequences[:, -NEW_TOKENS:].tolist()
        best = torch.stack(made.logits).topk(2).values
        margin = (best[..., 0] - best[..., 1]).min().item()
        assert margin > 0.01, f"two tokens are about equally likely: {margin}"
        assert all(IMAGE_PAD not in response for response in responses), "an image's placeholder was generated"
        whole = [prompt + response for prompt, response in zip(prompts, responses)]
        again = model(**left_padded(whole, images)).logits[:, -NEW_TOKENS - 1:-1].argmax(-1).tolist()
        assert again == responses, "a full pass would have chosen other tokens than the cache did"
    print(f"  smallest margin of a generated token {margin:.4f}")
    return responses


def gradient(parameter, name):
    """Its length, and its product with numbers that a moved or swapped entry would not survive."""
    return rounded([parameter.grad.norm(), (parameter.grad * hashed(f"probe.{name}", parameter.shape, 1.0)).sum()])


def head_numbers(model, sequences, images):
    """What depends on the head: logits, the responses' log-probabilities, gradients and greedy responses."""
    prompts = [prompt for prompt, _ in sequences]
    whole = [prompt + response for prompt, response in sequences]
    logits = model(**left_padded(whole, images)).logits
    real = [row[-len(tokens):] for row, tokens in zip(logits, whole)]
    probe = hashed("probe.logits", (CONFIG["vocab_size"],), 1.0)

    chosen, entropies = [], []
    for row, (prompt, response) in zip(real, sequences):
        distribution = row[len(prompt) - 1:-1].log_softmax(-1)
        chosen.append(distribution.gather(1, torch.tensor(response)[:, None])[:, 0])
        entropies.append(-(distribution.exp() * distribution).sum(-1))
    loss = -torch.cat(chosen).mean()
    loss.backward()
    return {
        "config": json.loads(model.config.to_json_string()),
        "logitSlices": [rounded(row[:, 5:13]) for row in real],
        "logitProducts": [rounded(row @ probe) for row in real],
        "logProbs": [rounded(values) for values in chosen],
        "entropies": [rounded(values) for values in entropies],
        "loss": rounded(loss)[0],
        "gradients": {older_name(name): gradient(parameter, older_name(name))
                      for name, parameter in model.named_parameters()},
        "greedy": greedy(model, prompts, images),
    }


def main():
    torch.manual_seed(0)
    sequences, images = [], []
    for parts, response in PROMPTS:
        prompt, own = expand(parts)
        sequences.append((prompt, response))
        images.append(own)
    in_order = [image for own in images for image in own]
    prompts = [prompt for prompt, _ in sequences]
    model = build(tied=True)
    with torch.no_grad():
        tower = model.model.visual if IS_RELEASE_5 else model.visual
        features = tower(pixels(range(len(GRIDS))), grid_thw=torch.tensor(GRIDS))
        features = features.pooler_output if IS_RELEASE_5 else features
    places, deltas = positions(model, left_padded(prompts, in_order), [len(prompt) for prompt in prompts])
    numbers = {
        "source": f"transformers {transformers.__version__}, torch {torch.__version__}",
        "seed": SEED,
        "grids": GRIDS,
        "sequences": [{"prompt": prompt, "response": response, "images": own}
                      for (prompt, response), own in zip(sequences, images)],
        "features": rounded(features),
        "positions": places,
        "deltas": deltas,
        "tied": head_numbers(model, sequences, in_order),
        "untied": head_numbers(build(tied=False), sequences, in_order),
    }
    target = pathlib.Path(__file__).parents[1] / "Retrace.Models.Tests/Reference/QwenParity.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(numbers, separators=(",", ":")) + "\n", encoding="ascii")
    print(f"{numbers['source']}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
