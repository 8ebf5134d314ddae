"""Which of several ways to bring a photo to the network's input finds the right neighbour most often.

    python benchmarks/convnet_input.py FOLDER... > convnet_input.json

The class of a photo is its folder. For each photo the nearest other one of the same FOLDER is looked up (leave one
out); the figure is the share of photos whose neighbour has the same class (P@1, percent).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.models.onnx_session import efficientnet_lite_session
from lookalike.pixels.resize import resize
from lookalike.types import Pixels, Size
from machine import machine
from photographs import evenly, files_in, opened

SIDE, STEP = 224, 32
CLASSES = 20

Resize = Callable[[Pixels, Size], Pixels]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folders", nargs="+", type=Path)
    arguments.add_argument("--classes", type=int, default=CLASSES, help="at most, evenly of those there are")
    arguments.add_argument("--without", nargs="*", default=[], metavar="NAME", help="folders to leave out")
    options = arguments.parse_args()
    cv2.setNumThreads(1)
    document = {
        "schema": "lookalike/bench-convnet-input/1",
        "machine": machine(),
        "sets": [measured(folder, options.classes, options.without) for folder in options.folders],
    }
    json.dump(document, sys.stdout, indent=1)
    print()


def measured(folder: Path, classes: int, without: Collection[str]) -> dict[str, object]:
    chosen = of_classes(photos_by_class(folder, without), classes)
    labels = np.array([label for label, files in chosen.items() for _ in files])
    inputs = [prepared(file) for files in chosen.values() for file in files]
    shares = {way: precision(np.stack([row[way] for row in inputs]), labels) for way in WAYS}
    return {"folder": folder.name, "classes": len(chosen), "photos": len(labels), "p_at_1_percent": shares}


def photos_by_class(folder: Path, without: Collection[str]) -> dict[str, list[Path]]:
    """By the name of the folder that each lies in; those of one name are one class."""
    files: dict[str, list[Path]] = {}
    for file in files_in(folder):
        inner = file.relative_to(folder).parts[:-1]
        if inner and not set(inner) & set(without):
            files.setdefault(file.parent.name, []).append(file)
    return dict(sorted(files.items()))


def of_classes(files: Mapping[str, list[Path]], count: int) -> dict[str, list[Path]]:
    return {name: files[name] for name in evenly(list(files), count)}


def prepared(file: Path) -> dict[str, NDArray[np.float32]]:
    """The pooled row of the photo, each way."""
    pixels = opened(file).pixels
    session = efficientnet_lite_session(1)
    return {name: session.run(["pooled"], {"pixels": way(pixels)[None]})[0][0] for name, way in WAYS.items()}


def precision(rows: NDArray[np.float32], labels: NDArray[np.str_]) -> float:
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    cosine = unit @ unit.T  # (n, n)
    np.fill_diagonal(cosine, -1)
    return round(100 * float(np.mean(labels[cosine.argmax(axis=1)] == labels)), 1)


def squeezed(by: Resize) -> Callable[[Pixels], Pixels]:
    return lambda pixels: by(pixels, (SIDE, SIDE))


def centre(by: Resize, share: float) -> Callable[[Pixels], Pixels]:
    """The middle square, whose side is that share of the shorter side."""

    def cut(pixels: Pixels) -> Pixels:
        height, width = pixels.shape[:2]
        side = round(min(height, width) * share)
        top, left = (height - side) // 2, (width - side) // 2
        return by(np.ascontiguousarray(pixels[top : top + side, left : left + side]), (SIDE, SIDE))

    return cut


def proportioned(by: Resize) -> Callable[[Pixels], Pixels]:
    """Proportions kept as nearly as sides in steps of 32 px allow; as many px as the square has."""

    def scaled(pixels: Pixels) -> Pixels:
        height, width = pixels.shape[:2]
        scale = SIDE / np.sqrt(height * width)
        return by(pixels, (stepped(width * scale), stepped(height * scale)))

    return scaled


def stepped(side: float) -> int:
    return max(1, round(side / STEP)) * STEP


def bicubic(pixels: Pixels, size: Size) -> Pixels:
    """Pillow's, which does not alias."""
    return np.array(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))


def ways() -> dict[str, Callable[[Pixels], Pixels]]:
    filters: Sequence[tuple[str, Resize]] = (("area", resize), ("bicubic", bicubic))
    return {
        f"{name}, {by}": way
        for by, each in filters
        for name, way in (
            ("squeezed to the square", squeezed(each)),
            ("middle square", centre(each, 1)),
            ("middle 7/8 square", centre(each, 7 / 8)),
            ("proportions kept", proportioned(each)),
        )
    }


WAYS = ways()

if __name__ == "__main__":
    main()
