"""Problems as a model of transformers reads them: for peer.py.

By the tokenizer and the image processor of all these families, one by one: transformers' AutoProcessor wants torchvision, for videos, too.
"""
import base64
import io
import json
import pathlib

import transformers
from PIL import Image


def read(task, model):
    """The model's inputs by their names, padded on the left."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(task["model"], padding_side="left")
    texts, images = [], []
    for line in pathlib.Path(task["data"]).read_text().splitlines():
        problem = json.loads(line)
        content = [{"type": "text", "text": problem["question"] + task["instruction"]}]
        if "image" in problem:
            images.append(Image.open(io.BytesIO(base64.b64decode(problem["image"]))).convert("RGB"))
            content.insert(0, {"type": "image"})
        texts.append(tokenizer.apply_chat_template(
            [{"role": "user", "content": content}], add_generation_prompt=True, tokenize=False))
    shown = {}
    if images:
        processor = transformers.Qwen2VLImageProcessorPil.from_pretrained(task["model"])
        shown = dict(processor(images=images, return_tensors="pt"))
        counts = (shown["image_grid_thw"].prod(1) // processor.merge_size**2).tolist()
        place = tokenizer.convert_ids_to_tokens(model.config.image_token_id)  # One for each image, of which a problem has one.
        texts = [text.replace(place, place * count) for text, count in zip(texts, counts, strict=True)]
    told = tokenizer(texts, padding=True, return_tensors="pt")
    inputs = {"input_ids": told["input_ids"], "attention_mask": told["attention_mask"], **shown}
    inputs["mm_token_type_ids"] = (inputs["input_ids"] == model.config.image_token_id).long()
    return {name: tensor.to(task["device"]) for name, tensor in inputs.items()}
