#!/usr/bin/env python3
"""Writes src/Retrace.Models/Text/CanonicalMappings.txt, the Unicode data that normalization form C needs.

One line is one fact, code points in hexadecimal:
  C 0300 0314 230    the characters from 0300 to 0314 have the canonical combining class 230
  D 00C0 0041 0300   00C0 decomposes to 0041 0300, one step, and the two compose to it again
  S 212B 00C5        212B decomposes to 00C5 (or to several), one step, but nothing composes to it

Hangul syllables are left out: they follow from a formula. Needs nothing but Python; prints the checksum that
CanonicalNormalizationTests compares, over the NFC of every code point alone, and before and after an acute accent.
"""
import hashlib
import pathlib
import sys
import unicodedata


def main():
    lines = []
    first, previous = None, 0
    for code in range(sys.maxunicode + 2):
        combining = unicodedata.combining(chr(code)) if code <= sys.maxunicode else 0
        if combining != previous:
            if previous:
                lines.append(f"C {first:04X} {code - 1:04X} {previous}")
            first, previous = code, combining
    for code in range(sys.maxunicode + 1):
        mapping = unicodedata.decomposition(chr(code))
        if not mapping or mapping.startswith("<"):
            continue
        parts = mapping.split()
        composes = len(parts) == 2 and unicodedata.normalize("NFC", chr(code)) == chr(code)
        lines.append(f"{'D' if composes else 'S'} {code:04X} {mapping}")
    target = pathlib.Path(__file__).parents[2] / "src/Retrace.Models/Text/CanonicalMappings.txt"
    header = f"# Unicode {unicodedata.unidata_version}, written by tests/reference/canonical_mappings.py\n"
    target.write_text(header + "\n".join(lines) + "\n", encoding="ascii")

    digest = hashlib.sha256()
    for code in range(sys.maxunicode + 1):
        if not 0xD800 <= code <= 0xDFFF:
            for text in (chr(code), chr(code) + "\u0301", "a\u0323" + chr(code), "\u1100" + chr(code)):
                digest.update(unicodedata.normalize("NFC", text).encode("utf-8"))
    print("Unicode", unicodedata.unidata_version, "sha256", digest.hexdigest())


if __name__ == "__main__":
    main()
