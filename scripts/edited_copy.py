"""Makes a cropped JPEG of one picture of a library, for `scripts/try`, and prints the file it was made from."""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

import lookalike

LIKED = "chelsea.png"
"""Of scikit-image's photos the one that is nicest to look at."""
LEAST = 64
"""Smaller pictures leave nothing to crop."""


def main(library: str, target: str) -> None:
    """Writes the middle of a picture, without a tenth at each side, to `target`."""
    with lookalike.open(library) as opened:
        records = [record for record in opened.store.records() if min(record.content.size) >= LEAST]
    for record in sorted(records, key=lambda record: (Path(record.path).name != LIKED, record.path)):
        try:
            with Image.open(record.path) as image:
                width, height = image.size
                middle = image.convert("RGB").crop((width // 10, height // 10, width * 9 // 10, height * 9 // 10))
        except (OSError, ValueError):  # vanished, or of a format that plain Pillow does not read: take the next
            continue
        middle.save(target, quality=60)
        sys.stdout.buffer.write(record.path.encode("utf-8", "surrogateescape") + b"\n")
        return
    sys.exit(f"no picture here is at least {LEAST} px wide and high: try another folder")


if __name__ == "__main__":
    main(*sys.argv[1:])
