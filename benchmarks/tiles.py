"""Pictures by the hundred thousand, of few photos: tiles that share no pixel, each with edited copies.

python benchmarks/tiles.py ../shared/data FOLDER --pictures 100000 [--processes 2]

Photos are cut into tiles of at least 80 px a side, which are enlarged to some 400 px; plain ones are left out. Picture
number 3i is a tile, 3i + 1 and 3i + 2 are edited copies of it, whatever the number of pictures: fewer of them are the
first of more. They lie in folders of a thousand. A run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from lookalike.pixels.augment import EDITS, edit
from lookalike.types import Pixels
from photographs import files_in, opened

SMALLEST = 80
"""px of a tile's side, at least."""
PLAIN = 12.0
"""Standard deviation of grey below which a tile is left out."""
SIDES = (320, 480)
"""px of the longer side of a picture."""
EACH = 3
"""Pictures of a tile: itself, and edited copies."""
IN_A_FOLDER = 1000
QUALITY = 85
COPIES = tuple(name for name in EDITS if name != "collage")
"""Edits of the copies: a collage would hold two tiles."""


@dataclass(frozen=True)
class Tile:
    """A part of a photo, (x, y, w, h) px."""

    photo: Path
    box: tuple[int, int, int, int]


def tiles_of(data: Path) -> list[Tile]:
    """All that are not plain, in an order of chance that is always the same."""
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        found = [tile for part in pool.map(cut, files_in(data), chunksize=50) for tile in part]
    return [found[at] for at in np.random.default_rng(0).permutation(len(found)).tolist()]


def cut(photo: Path) -> list[Tile]:
    """Those of one photo; none where it can't be read."""
    try:
        pixels = opened(photo).pixels
    except OSError:
        return []
    height, width = pixels.shape[:2]
    rows, columns = (np.linspace(0, side, side // SMALLEST + 1).astype(int).tolist() for side in (height, width))
    boxes = [
        (left, top, right - left, bottom - top) for top, bottom in pairwise(rows) for left, right in pairwise(columns)
    ]
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return [Tile(photo, (x, y, w, h)) for x, y, w, h in boxes if grey[y : y + h, x : x + w].std() >= PLAIN]


def enlarged(tile: Tile, photo: Pixels, seed: int) -> Pixels:
    """The tile as a picture."""
    x, y, width, height = tile.box
    factor = np.random.default_rng([seed, 1]).integers(*SIDES) / max(width, height)
    size = (round(factor * width), round(factor * height))
    return np.asarray(cv2.resize(photo[y : y + height, x : x + width], size, interpolation=cv2.INTER_CUBIC), np.uint8)


def pixels_of(tile: Tile, seed: int) -> Pixels:
    """The tile as a picture, read from its photo."""
    return enlarged(tile, opened(tile.photo).pixels, seed)


def name_of(number: int) -> str:
    """Of a picture's file, below the folder of them all."""
    return f"{number // IN_A_FOLDER:03}/{number:06}.jpg"


def tiles_in(folder: Path, numbers: Sequence[int], tiles: Sequence[Tile]) -> Iterator[tuple[Path, list[int]]]:
    """Each photo with those of the `numbers` that are made of it and are not there."""
    of_photo = defaultdict(list)
    for number in numbers:
        if not (folder / name_of(number)).exists():
            of_photo[tiles[number // EACH].photo].append(number)
    yield from of_photo.items()


def make(folder: Path, job: tuple[list[int], list[Tile]]) -> int:
    """Writes the pictures with these numbers, of tiles of one photo; how many."""
    cv2.setNumThreads(1)
    numbers, tiles = job
    photo = opened(tiles[0].photo).pixels
    for number, tile in zip(numbers, tiles, strict=True):
        pixels = enlarged(tile, photo, number // EACH)
        if number % EACH:
            name = COPIES[np.random.default_rng(number).integers(len(COPIES))]
            pixels = edit(name, pixels, number, pixels).pixels
        target = folder / name_of(number)
        unfinished = target.with_suffix(f".{os.getpid()}")
        Image.fromarray(pixels).save(unfinished, "JPEG", quality=QUALITY)
        unfinished.replace(target)
    return len(numbers)


def fill(data: Path, folder: Path, count: int, processes: int) -> None:
    """Makes the first `count` pictures, as far as they are not there; prints how long that took."""
    started = time.perf_counter()
    tiles = tiles_of(data)
    if count > EACH * len(tiles):
        raise SystemExit(f"{len(tiles)} tiles give {EACH * len(tiles)} pictures, not {count}")
    for number in range(0, count, IN_A_FOLDER):
        (folder / name_of(number)).parent.mkdir(parents=True, exist_ok=True)
    jobs = [
        (numbers, [tiles[number // EACH] for number in numbers]) for _, numbers in tiles_in(folder, range(count), tiles)
    ]
    with ProcessPoolExecutor(processes) as pool:
        made = sum(pool.map(partial(make, folder), jobs, chunksize=8))
    print(f"{made} pictures of {len(tiles)} tiles made in {time.perf_counter() - started:.0f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pictures", type=int, default=100_000)
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    given = parser.parse_args()
    fill(given.data, given.folder, given.pictures, given.processes)


if __name__ == "__main__":
    main()
