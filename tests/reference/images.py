#!/usr/bin/env python3
"""Writes tests/Retrace.Models.Tests/Reference/ImageReference.json: what Pillow and the published rules make of images.

  sizes     rows [height, width, factor, min_pixels, max_pixels, resized height, resized width], by the rule that
            Qwen2-VL's image processor publishes as smart_resize, written anew here
  resized   noise in one size, and in another by Pillow's bicubic resampling
  files     small image files of many kinds, and the RGB that Pillow reads from them: turned as their EXIF orientation
            says, laid on white where they are transparent; "tolerance" is 0 where the format is lossless

Bytes are in base64. Needs Pillow (written with 9.4): python3 tests/reference/images.py
"""
import base64
import io
import json
import math
import pathlib
import random

from PIL import Image, ImageOps

RESIZED = [
    ((7, 5), (14, 10)), ((16, 12), (5, 3)), ((31, 17), (29, 23)), ((3, 2), (41, 30)), ((90, 3), (28, 28)),
    ((45, 40), (28, 28)), ((13, 13), (13, 26)), ((13, 13), (26, 13)), ((1, 1), (5, 4)), ((2, 9), (9, 2)),
    ((120, 2), (3, 1)), ((28, 28), (28, 28)), ((29, 31), (28, 30)), ((64, 48), (1, 1)),
]


def smart_resize(height, width, factor, least, most):
    def multiple(function, value):
        return int(function(value / factor)) * factor

    rounded = multiple(round, height), multiple(round, width)  # Python's round: ties to the even number
    if rounded[0] * rounded[1] > most:
        ratio = math.sqrt(height * width / most)
        return tuple(max(factor, multiple(math.floor, side / ratio)) for side in (height, width))
    if rounded[0] * rounded[1] < least:
        ratio = math.sqrt(least / (height * width))
        return tuple(multiple(math.ceil, side * ratio) for side in (height, width))
    return rounded


def sizes(numbers):
    fixed = [(1, 1), (14, 14), (42, 70), (28, 28), (27, 29), (56, 56), (1, 200), (200, 1), (10, 2000), (4000, 6000)]
    fixed += [(98, 154), (9999, 50), (3584, 3584), (3600, 3584), (20000, 5000), (15, 15), (13, 13), (70, 42)]
    fixed += [(1080, 1920)]
    rows = []
    bounds = [(28, 3136, 12845056), (28, 3136, 200704), (28, 56, 1003520), (32, 65536, 16777216), (8, 64, 1024)]
    for factor, least, most in bounds:
        drawn = [(numbers.randint(1, 3000), numbers.randint(1, 3000)) for _ in range(30)]
        drawn += [(numbers.randint(1, 60), numbers.randint(1, 60)) for _ in range(15)]
        for height, width in fixed + drawn:
            if max(height, width) / min(height, width) <= 200:
                rows.append([height, width, factor, least, most, *smart_resize(height, width, factor, least, most)])
    return rows


def noise(numbers, mode, size):
    bands = len(Image.new(mode, (1, 1)).getbands())
    return Image.frombytes(mode, size, bytes(numbers.randrange(256) for _ in range(bands * size[0] * size[1])))


def resized(numbers):
    rows = []
    for before, after in RESIZED:
        image = noise(numbers, "RGB", before)
        rows.append({
            "width": before[0], "height": before[1], "rgb": text(image.tobytes()),
            "newWidth": after[0], "newHeight": after[1],
            "newRgb": text(image.resize(after, Image.Resampling.BICUBIC).tobytes()),
        })
    return rows


def files(numbers):
    colours = noise(numbers, "RGB", (9, 7))
    clear = noise(numbers, "RGBA", (9, 7))
    palette = colours.quantize(16)
    grey = noise(numbers, "L", (9, 7))
    both = Image.merge("LA", (grey, noise(numbers, "L", (9, 7))))
    # Wide flat fields, which JPEG keeps.
    fields = Image.new("RGB", (48, 32), "white")
    fields.paste("red", (0, 0, 16, 16))
    fields.paste("blue", (32, 0, 48, 16))
    fields.paste("green", (0, 16, 16, 32))
    fields.paste("black", (16, 16, 32, 32))
    made = [
        ("rgb.png", colours, {}), ("rgba.png", clear, {}), ("grey.png", grey, {}), ("grey-alpha.png", both, {}),
        ("palette.png", palette, {}), ("palette-transparent.png", palette, {"transparency": bytes([0, 128, 255, 64])}),
        ("rgb-transparent.png", colours, {"transparency": colours.getpixel((3, 3))}),
        ("black-white.png", grey.convert("1"), {}), ("palette.gif", palette, {}),
        ("palette-transparent.gif", palette, {"transparency": 3}), ("rgb.bmp", colours, {}),
        ("rgb.webp", colours, {"lossless": True}), ("rgba.webp", clear, {"lossless": True, "exact": True}),
        ("fields.jpg", fields, {"quality": 95}), ("grey.jpg", fields.convert("L"), {"quality": 95}),
        ("progressive.jpg", fields, {"quality": 95, "progressive": True}),
        ("cmyk.jpg", fields.convert("CMYK"), {"quality": 95}),
        ("fields.webp", fields, {"quality": 95}),
    ]
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        made.append((f"turned-{orientation}.jpg", fields, {"quality": 95, "subsampling": 0, "exif": exif}))
    return [as_read(name, image, options) for name, image, options in made]


def as_read(name, image, options):
    buffer = io.BytesIO()
    image.save(buffer, {"jpg": "JPEG"}.get(name.split(".")[-1], name.split(".")[-1]), **options)
    read = ImageOps.exif_transpose(Image.open(io.BytesIO(buffer.getvalue())))
    if read.mode in ("RGBA", "LA") or "transparency" in read.info:
        read = read.convert("RGBA")
        white = Image.new("RGB", read.size, "white")
        white.paste(read, mask=read.getchannel("A"))
        read = white
    lossy = name.endswith(".jpg") or name == "fields.webp"
    return {
        "name": name, "bytes": text(buffer.getvalue()), "width": read.width, "height": read.height,
        "rgb": text(read.convert("RGB").tobytes()), "tolerance": 8 if lossy else 0,
    }


def text(data):
    return base64.b64encode(data).decode("ascii")


def main():
    numbers = random.Random(7)
    parts = {"sizes": sizes(numbers), "resized": resized(numbers), "files": files(numbers)}
    lines = ",\n".join(
        f'"{name}":[\n' + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]"
        for name, rows in parts.items())
    target = pathlib.Path(__file__).parents[1] / "Retrace.Models.Tests/Reference/ImageReference.json"
    target.write_text("{\n" + lines + "\n}\n", encoding="ascii")
    print({name: len(rows) for name, rows in parts.items()}, target.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
