#!/usr/bin/env python3
"""How long an image of 1080p takes to become patches, by the program and by transformers, in turn.

  dotnet build -c Release benchmarks/Retrace.Benchmarks
  python3 images.py --benchmarks artifacts/bin/Retrace.Benchmarks/release/Retrace.Benchmarks.dll --model models/tiny

needs a Python with torch, torchvision, transformers 5 and Pillow. Both sides decode the same JPEG, resize it to --max-pixels and cut
it into patches, one thread each. Ratios inside the rounds, below 1 where the program is ahead.
"""
import argparse
import io
import pathlib
import random
import statistics
import subprocess
import tempfile
import time

import torch
import transformers
from PIL import Image, ImageDraw


def picture():
    """A JPEG with edges and areas, as a screenshot or a drawing has them."""
    numbers = random.Random(0)
    image = Image.new("RGB", (1920, 1080), "white")
    draw = ImageDraw.Draw(image)
    for _ in range(400):
        left, top = numbers.randrange(1920), numbers.randrange(1080)
        colour = tuple(numbers.randrange(256) for _ in range(3))
        draw.ellipse([left, top, left + numbers.randrange(300), top + numbers.randrange(200)], fill=colour, outline="black")
    data = io.BytesIO()
    image.save(data, "JPEG", quality=90)
    return data.getvalue()


def theirs(processor, data, count):
    seconds = []
    for number in range(-1, count):
        start = time.perf_counter()
        processor(images=[Image.open(io.BytesIO(data)).convert("RGB")], return_tensors="pt")
        if number >= 0:
            seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--benchmarks", type=pathlib.Path, required=True, help="Retrace.Benchmarks.dll")
    options.add_argument("--model", type=pathlib.Path, required=True, help="a folder with preprocessor_config.json")
    options.add_argument("--max-pixels", type=int, default=12845056, help="most pixels after resizing")
    options.add_argument("--count", type=int, default=10, help="images a round")
    options.add_argument("--rounds", type=int, default=5)
    options = options.parse_args()
    torch.set_num_threads(1)
    processor = transformers.AutoImageProcessor.from_pretrained(options.model, max_pixels=options.max_pixels)
    data = picture()
    pairs = []
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "image.jpg"
        file.write_bytes(data)
        for _ in range(options.rounds):
            output = subprocess.check_output(
                ["dotnet", options.benchmarks, "image", file, str(options.max_pixels), str(options.count)], text=True)
            pairs.append((statistics.median(map(float, output.split())), theirs(processor, data, options.count)))
    ratios = sorted(ours / their for ours, their in pairs)
    print(f"retrace {1000 * statistics.median(ours for ours, _ in pairs):.1f} ms, "
          f"transformers ({type(processor).__name__}) {1000 * statistics.median(their for _, their in pairs):.1f} ms; "
          f"ratio {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")


if __name__ == "__main__":
    main()
