"""What does it cost to tell whether two files show the same? CPU time of a fingerprint, beside that of a decode.

python benchmarks/fingerprint.py [--rounds 5]
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable
from functools import partial

import numpy as np
from PIL import Image

from lookalike.pixels.decode import decode
from lookalike.pixels.fingerprint import fingerprint


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="the best of so many counts (5)")
    rounds = parser.parse_args().rounds
    print(f"{'':<42}{'decode':>9}{'fingerprint':>13}   ms of CPU time, best of {rounds}")
    for name, data in files().items():
        whole = best(partial(decode, data), rounds)
        told = best(partial(fingerprint, data), rounds)
        print(f"{name:<42}{whole:>9.1f}{told:>13.1f}")


def files() -> dict[str, bytes]:
    """One of each kind, drawn with a seed."""
    large, small = scene(4000, 3000), scene(640, 480)
    reel = [scene(320, 240, shift) for shift in range(40)]
    veil = small.copy()
    veil.putalpha(Image.linear_gradient("L").resize(veil.size))
    deep = Image.fromarray(np.asarray(small.convert("L")).astype(np.uint16) * 257)
    return {
        "JPEG 4000 x 3000": encoded(large, "JPEG", quality=90),
        "JPEG 640 x 480": encoded(small, "JPEG", quality=90),
        "PNG 4000 x 3000": encoded(large, "PNG", compress_level=1),
        "PNG 640 x 480 with alpha": encoded(veil, "PNG"),
        "PNG 640 x 480, 16 bits of grey": encoded(deep, "PNG"),
        "GIF 320 x 240, 40 frames": encoded(reel[0], "GIF", save_all=True, append_images=reel[1:]),
        "TIFF 320 x 240, 40 pages": encoded(reel[0], "TIFF", save_all=True, append_images=reel[1:]),
    }


def scene(width: int, height: int, shift: int = 0) -> Image.Image:
    """Soft coloured shapes, moved by `shift` px."""
    coarse = np.random.default_rng(0).integers(0, 256, (24, 32, 3), dtype=np.uint8)
    return Image.fromarray(np.roll(coarse, shift, axis=1)).resize((width, height), Image.Resampling.BICUBIC)


def encoded(image: Image.Image, format: str, **settings: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **settings)
    return file.getvalue()


def best(work: Callable[[], object], rounds: int) -> float:
    """ms"""
    times = []
    for _ in range(rounds):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return 1000 * min(times)


if __name__ == "__main__":
    main()
