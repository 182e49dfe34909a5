"""Problems that both sides are given: a file of JSON lines."""
import base64
import json
import struct
import subprocess
import zlib

QUESTION = "How many of the fields in the picture are as light as the first?"
SIDE = 448  # Pixels: 256 tokens of 28 x 28.


def make(retrace, task, folder):
    """The problems of a task.

    geometry: the program's own, whose questions and images have many lengths and sizes. alike: one question to different
    pictures of one size, so that no side pads. text: the question alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if task["content"] == "geometry":
        subprocess.run(
            [*retrace, "data", "make", "--output", folder, "--train", str(task["problems"]), "--evaluation", "1", "--test", "1"],
            check=True, stdout=subprocess.DEVNULL)
        return (folder / "train.jsonl").resolve()
    lines = []
    for number in range(task["problems"]):
        problem = {"id": str(number), "question": QUESTION, "answer": "1"}
        if task["content"] == "alike":
            problem["image"] = base64.b64encode(_picture(number)).decode()
        lines.append(json.dumps(problem) + "\n")
    file = folder / "problems.jsonl"
    file.write_text("".join(lines))
    return file.resolve()


def _picture(number):
    """A PNG of grey fields, other ones for each number."""
    rows = b"".join(
        b"\0" + bytes((x // 28 * 37 + y // 28 * 59 + number * 11) % 256 for x in range(SIDE)) for y in range(SIDE))

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)  # 8 bits of grey.
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
