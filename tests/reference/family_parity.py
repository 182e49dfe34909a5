#!/usr/bin/env python3
"""Writes tests/Retrace.Models.Tests/Reference/*Parity.json: what the public implementations of the families compute.

ReferenceParityTests asks src/Retrace.Models for the same numbers. The models are small, with everything the real ones
have: windows whole and partial, blocks with full attention, grouped heads, three rotary axes in sections and in turn,
learned positions stretched over the images, DeepStack, experts with shares normed and not, YaRN; heads that are the
embedding, and heads of their own. Only the numbers are stored: both sides make weights and pixels from one formula, see
hashed().

Tokens of images and videos are never a response's: log-probabilities, entropies and the loss are those of the
distribution without them.

Needs numpy, torch and transformers 5. The numbers stored are those of 5.12.1. A release that gives tokens generated after
left padding wrong positions, as 4.57.0.dev0 did in August 2025, stops the script:
  python3 tests/reference/family_parity.py [FAMILY ...]
"""
import inspect
import json
import math
import pathlib
import sys

import numpy
import torch
import transformers

END_OF_TEXT, END_OF_TURN, VISION_START, VISION_END, VISION_PAD, IMAGE_PAD, VIDEO_PAD = range(7)

FIRST_SAMPLED = VIDEO_PAD + 1  # Of the ids that are compared; those before stand for images, or are left out.

TOKENS = {
    "vision_start_token_id": VISION_START,
    "vision_end_token_id": VISION_END,
    "vision_token_id": VISION_PAD,
    "image_token_id": IMAGE_PAD,
    "video_token_id": VIDEO_PAD,
}

TEXT = {
    "bos_token_id": END_OF_TEXT,
    "eos_token_id": [END_OF_TURN, END_OF_TEXT],
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
    "attention_dropout": 0.0,
}

VISION = {"depth": 4, "num_heads": 2, "in_channels": 3, "patch_size": 4, "spatial_merge_size": 2, "temporal_patch_size": 2}

QWEN2 = {
    **TEXT,
    **TOKENS,
    "rope_scaling": {"type": "mrope", "mrope_section": [2, 3, 3]},
    "use_sliding_window": False,
}

# Heads are larger than their share of the hidden size.
QWEN3_TEXT = {
    **TEXT,
    "head_dim": 20,
    "attention_bias": False,
    "rope_scaling": {"rope_type": "default", "mrope_section": [4, 3, 3], "mrope_interleaved": True},
}

QWEN3_VISION = {
    **VISION,
    "hidden_size": 32,
    "hidden_act": "gelu_pytorch_tanh",
    "intermediate_size": 40,
    "out_hidden_size": 64,
    "num_position_embeddings": 36,
    "deepstack_visual_indexes": [0, 2],
}

EXPERTS = {
    "num_experts": 6,
    "num_experts_per_tok": 2,
    "moe_intermediate_size": 24,
    "decoder_sparse_step": 1,
    "mlp_only_layers": [1],
}

# Each family's configuration, the seed of its weights, and its variants: what they change in the configuration, in the
# flat layout or in text_config. A seed is chosen so that no two tokens are about equally likely to be the next.
FAMILIES = {
    "qwen2_5_vl": {
        "class": "Qwen2_5_VLForConditionalGeneration",
        "seed": 2,
        "config": {
            **QWEN2,
            "vision_config": {
                **VISION,
                "hidden_size": 32,
                "hidden_act": "silu",
                "intermediate_size": 40,
                "out_hidden_size": 64,
                "window_size": 24,  # three by three merged squares
                "fullatt_block_indexes": [1, 3],
                "tokens_per_second": 2,
            },
        },
    },
    "qwen2_vl": {
        "class": "Qwen2VLForConditionalGeneration",
        "seed": 9,
        "config": {
            **QWEN2,
            "vision_config": {
                **VISION, "embed_dim": 32, "mlp_ratio": 2, "hidden_act": "quick_gelu", "hidden_size": 64,
            },
        },
    },
    "qwen3_vl": {
        "class": "Qwen3VLForConditionalGeneration",
        "seed": 4,
        "config": {**TOKENS, "text_config": QWEN3_TEXT, "vision_config": QWEN3_VISION},
    },
    "qwen3_vl_moe": {
        "class": "Qwen3VLMoeForConditionalGeneration",
        "seed": 8,
        "config": {**TOKENS, "text_config": {**QWEN3_TEXT, **EXPERTS}, "vision_config": QWEN3_VISION},
    },
}

YARN = {"factor": 4.0, "original_max_position_embeddings": 24, "beta_fast": 4, "beta_slow": 1}


def variants(family):
    """The names of a family's variants, and what each changes."""
    made = {"tied": {"tie_word_embeddings": True}, "untied": {"tie_word_embeddings": False}}
    text = FAMILIES[family]["config"].get("text_config", FAMILIES[family]["config"])
    rope = {key: value for key, value in text["rope_scaling"].items() if key not in ("type", "rope_type")}
    made["yarn"] = {
        "tie_word_embeddings": True,
        "rope_scaling": {**rope, "type": "yarn", **({"rope_type": "yarn"} if "text_config" in FAMILIES[family]["config"] else {}), **YARN},
    }
    if "num_experts" in text:
        made["unnormed"] = {"tie_word_embeddings": False, "norm_topk_prob": False}
    return made


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

def hashed(seed, name, shape, bound):
    """Float32 numbers in [-bound, bound): FNV-1a of "seed/name" starts a splitmix64 counter, one step a value.

    Value i has the 53 high bits of mix(start + (i + 1)·0x9E3779B97F4A7C15), read as a fraction u, and is
    (2u - 1)·bound, computed in float64.
    """
    start = 0xCBF29CE484222325
    for byte in f"{seed}/{name}".encode("ascii"):
        start = ((start ^ byte) * 0x100000001B3) % 2**64
    with numpy.errstate(over="ignore"):
        count = numpy.arange(1, math.prod(shape) + 1, dtype=numpy.uint64)
        z = numpy.uint64(start) + count * numpy.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        z = z ^ (z >> numpy.uint64(31))
    fraction = (z >> numpy.uint64(11)).astype(numpy.float64) / 2.0**53
    return torch.from_numpy(((2.0 * fraction - 1.0) * bound).astype(numpy.float32)).reshape(shape)


def stored_name(family, name):
    """The name of a parameter in the published checkpoints; releases of the class nest the two parts in all families."""
    if family.startswith("qwen2"):
        return name.replace("model.visual.", "visual.").replace("model.language_model.", "model.")
    return name


def weight(seed, name, shape):
    """Matrices keep the size of what they multiply, and biases and norms are far from zero and one."""
    if name.endswith(".bias"):
        return hashed(seed, name, shape, 0.5)
    if len(shape) == 1:
        return 1.0 + hashed(seed, name, shape, 0.5)
    # Of experts there is one matrix each.
    summed = shape[2:] if len(shape) == 3 else shape[1:]
    return hashed(seed, name, shape, 1.5 * math.sqrt(3.0 / math.prod(summed)))


def build(family, changes):
    """The model, and its configuration as a folder would have it."""
    described = FAMILIES[family]
    config = json.loads(json.dumps(described["config"]))
    changes = dict(changes)
    config["tie_word_embeddings"] = changes.pop("tie_word_embeddings")
    text = config.get("text_config", config)
    text.update(changes)
    if "text_config" in config:
        text["tie_word_embeddings"] = config["tie_word_embeddings"]
    model_class = getattr(transformers, described["class"])
    given = json.loads(json.dumps(config))
    model = model_class._from_config(model_class.config_class(**given), attn_implementation="eager").eval()
    if text.get("norm_topk_prob") is False:
        for layer in model.model.language_model.layers:
            if hasattr(layer.mlp, "gate"):
                layer.mlp.gate.forward = unnormed(layer.mlp.gate)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(weight(described["seed"], stored_name(family, name), tuple(parameter.shape)))
    return model, {"model_type": family, "architectures": [described["class"]], **config}


def unnormed(router):
    """A router's forward pass whose shares are the probabilities themselves."""
    def forward(hidden):
        logits = torch.nn.functional.linear(hidden.reshape(-1, router.hidden_dim), router.weight)
        shares, picked = logits.softmax(-1, dtype=torch.float).topk(router.top_k, dim=-1)
        return logits, shares, picked
    return forward


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


def pixels(seed, images):
    length = VISION["in_channels"] * VISION["temporal_patch_size"] * VISION["patch_size"] ** 2
    return torch.cat([hashed(seed, f"image.{i}", (math.prod(GRIDS[i]), length), 2.0) for i in images])


def left_padded(seed, sequences, images):
    """The arguments of a forward pass."""
    width = max(map(len, sequences))
    ids = torch.tensor([[END_OF_TEXT] * (width - len(s)) + s for s in sequences])
    return {
        "input_ids": ids,
        "attention_mask": torch.tensor([[0] * (width - len(s)) + [1] * len(s) for s in sequences]),
        "pixel_values": pixels(seed, images),
        "image_grid_thw": torch.tensor([GRIDS[i] for i in images]),
        "mm_token_type_ids": (ids == IMAGE_PAD).int(),
    }


def rounded(values):
    return [float(f"{value:.7g}") for value in torch.as_tensor(values).flatten().tolist()]


def positions(model, batch, lengths):
    """Of each sequence its tokens' positions on the three axes, without padding; and the offsets."""
    owner = model.model
    places, deltas = owner.get_rope_index(
        **{name: batch[name] for name in inspect.signature(owner.get_rope_index).parameters if name in batch})
    # Counted from the length without padding.
    deltas = [delta - batch["input_ids"].shape[1] + length for delta, length in zip(deltas.flatten().tolist(), lengths)]
    return [places[:, row, -length:].tolist() for row, length in enumerate(lengths)], deltas


def without_images(logits):
    """Logits with those of images' and videos' tokens out of reach."""
    return logits.index_fill(-1, torch.arange(VISION_START, FIRST_SAMPLED), -math.inf)


def greedy(model, seed, prompts, images):
    """The tokens that each prompt goes on with, all prompts in one batch."""
    model.generation_config.eos_token_id = None  # nothing ends a response
    model.generation_config.pad_token_id = END_OF_TEXT
    model.generation_config.suppress_tokens = list(range(VISION_START, FIRST_SAMPLED))
    with torch.no_grad():
        made = model.generate(
            **left_padded(seed, prompts, images), do_sample=False, max_new_tokens=NEW_TOKENS, use_cache=True,
            output_scores=True, return_dict_in_generate=True)
        responses = made.sequences[:, -NEW_TOKENS:].tolist()
        best = torch.stack(made.scores).topk(2).values
        margin = (best[..., 0] - best[..., 1]).min().item()
        assert margin > 0.003, f"two tokens are about equally likely: {margin}"
        whole = [prompt + response for prompt, response in zip(prompts, responses)]
        again = without_images(model(**left_padded(seed, whole, images)).logits[:, -NEW_TOKENS - 1:-1])
        assert again.argmax(-1).tolist() == responses, "a full pass would have chosen other tokens than the cache did"
    print(f"  smallest margin of a generated token {margin:.4f}")
    return responses


def gradient(seed, parameter, name):
    """Its length, and its product with numbers that a moved or swapped entry would not survive."""
    return rounded([parameter.grad.norm(), (parameter.grad * hashed(seed, f"probe.{name}", parameter.shape, 1.0)).sum()])


def numbers_of(family, changes, sequences, images):
    """What a variant computes: logits, the responses' log-probabilities, gradients and greedy responses."""
    seed = FAMILIES[family]["seed"]
    model, config = build(family, changes)
    prompts = [prompt for prompt, _ in sequences]
    whole = [prompt + response for prompt, response in sequences]
    logits = model(**left_padded(seed, whole, images)).logits
    real = [row[-len(tokens):] for row, tokens in zip(logits, whole)]
    probe = hashed(seed, "probe.logits", (TEXT["vocab_size"],), 1.0)[FIRST_SAMPLED:]

    chosen, entropies = [], []
    for row, (prompt, response) in zip(real, sequences):
        distribution = without_images(row[len(prompt) - 1:-1]).log_softmax(-1)
        chosen.append(distribution.gather(1, torch.tensor(response)[:, None])[:, 0])
        possible = distribution[:, [END_OF_TEXT, END_OF_TURN, *range(FIRST_SAMPLED, TEXT["vocab_size"])]]
        entropies.append(-(possible.exp() * possible).sum(-1))
    loss = -torch.cat(chosen).mean()
    loss.backward()
    return {
        "config": config,
        "logitSlices": [rounded(row[:, FIRST_SAMPLED:FIRST_SAMPLED + 8]) for row in real],
        "logitProducts": [rounded(row[:, FIRST_SAMPLED:] @ probe) for row in real],
        "logProbs": [rounded(values) for values in chosen],
        "entropies": [rounded(values) for values in entropies],
        "loss": rounded(loss)[0],
        "gradients": {stored_name(family, name): gradient(seed, parameter, stored_name(family, name))
                      for name, parameter in model.named_parameters()},
        "greedy": greedy(model, seed, prompts, images),
    }


def features(model, seed):
    """Each image token's embedding, and behind it what DeepStack adds to the decoder's first layers."""
    with torch.no_grad():
        made = model.model.visual(pixels(seed, range(len(GRIDS))), grid_thw=torch.tensor(GRIDS))
    return torch.cat([made.pooler_output, *(getattr(made, "deepstack_features", None) or [])], dim=1)


def write(family):
    """Writes a family's file."""
    seed = FAMILIES[family]["seed"]
    sequences, images = [], []
    for parts, response in PROMPTS:
        prompt, own = expand(parts)
        sequences.append((prompt, response))
        images.append(own)
    in_order = [image for own in images for image in own]
    prompts = [prompt for prompt, _ in sequences]
    model, _ = build(family, {"tie_word_embeddings": True})
    places, deltas = positions(model, left_padded(seed, prompts, in_order), [len(prompt) for prompt in prompts])
    numbers = {
        "source": f"transformers {transformers.__version__}, torch {torch.__version__}",
        "seed": seed,
        "firstSampled": FIRST_SAMPLED,
        "grids": GRIDS,
        "sequences": [{"prompt": prompt, "response": response, "images": own}
                      for (prompt, response), own in zip(sequences, images)],
        "features": rounded(features(model, seed)),
        "positions": places,
        "deltas": deltas,
        "variants": {name: numbers_of(family, changes, sequences, in_order)
                     for name, changes in variants(family).items()},
    }
    target = pathlib.Path(__file__).parents[2] / f"src/Retrace.SelfTest/Reference/{family}Parity.json"
    target.write_text(json.dumps(numbers, separators=(",", ":")) + "\n", encoding="ascii")
    print(f"{family}, {numbers['source']}: {target.stat().st_size} bytes")


def main():
    torch.manual_seed(0)
    for family in sys.argv[1:] or FAMILIES:
        write(family)


if __name__ == "__main__":
    main()
