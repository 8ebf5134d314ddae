"""How long one JPEG takes to decode for a describer that needs 224 px: ours beside Pillow, whole and by `draft`.

    python benchmarks/decode.py [--rounds N] > decode.json

The picture is a photo of scikit-image's package brought to 12 megapixels, and to 640 x 480 px. Every round times each
way in turn; the figure is the best round of each, and a ratio is of figures of the same run. `isolated` is ours in a
worker process, the bytes and the pixels sent through pipes.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import skimage
from PIL import Image

from lookalike.pixels.decode import decode
from lookalike.pixels.door import DecodeJob, Decoder
from lookalike.pixels.limits import Limits
from lookalike.pixels.worker_pool import Isolated
from machine import machine

SIZES = ((4000, 3000), (640, 480))
MIN_SIDE = 224


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rounds", type=int, default=9)
    rounds = arguments.parse_args().rounds
    limits = Limits()
    started = time.perf_counter()
    with Isolated(Decoder(limits), workers=1, limits=limits) as pool:
        pool.one(DecodeJob(jpeg((64, 48)), None))
        first = time.perf_counter() - started
        document = {
            "schema": "lookalike/bench-decode/1",
            "machine": machine(),
            "min_side": MIN_SIDE,
            "first_picture_of_a_worker_ms": round(1000 * first),
            "pictures": [row(size, pool, rounds) for size in SIZES],
        }
    json.dump(document, sys.stdout, indent=1)
    print()


def row(size: tuple[int, int], pool: Isolated[DecodeJob], rounds: int) -> dict[str, object]:
    data = jpeg(size)
    ways: dict[str, Callable[[], object]] = {
        "ours": lambda: decode(data, min_side=MIN_SIDE),
        "ours_whole": lambda: decode(data),
        "isolated": lambda: pool.one(DecodeJob(data, MIN_SIDE)),
        "pillow_whole": lambda: np.asarray(opened(data).convert("RGB")),
        "pillow_draft": lambda: np.asarray(drafted(data).convert("RGB")),
    }
    turns = [{name: seconds(way) for name, way in ways.items()} for _ in range(rounds)]
    best = {name: min(turn[name] for turn in turns) for name in ways}
    return {
        "size": size,
        "bytes": len(data),
        "ms": {name: round(1000 * value, 2) for name, value in best.items()},
        "times_as_fast_as_pillow_whole": round(best["pillow_whole"] / best["ours"], 2),
        "times_as_fast_as_pillow_draft": round(best["pillow_draft"] / best["ours"], 2),
    }


def jpeg(size: tuple[int, int]) -> bytes:
    """A photo at `size`, with the grain that a sensor adds, as a camera saves it."""
    photo = Image.open(Path(skimage.__file__).parent / "data" / "chelsea.png").convert("RGB")
    pixels = np.asarray(photo.resize(size, Image.Resampling.BICUBIC), np.int16)
    grain = np.random.default_rng(0).normal(0, 3, pixels.shape).astype(np.int16)
    file = io.BytesIO()
    Image.fromarray((pixels + grain).clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=90)
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def drafted(data: bytes) -> Image.Image:
    image = opened(data)
    image.draft("RGB", (MIN_SIDE, MIN_SIDE))
    return image


def seconds(way: Callable[[], object]) -> float:
    started = time.perf_counter()
    way()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
