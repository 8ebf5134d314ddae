"""How long a whole question takes by the size of the library: reading, decoding, describing, ranking, geometry.

python benchmarks/latency.py FOLDER [--sizes 250,1000] [--questions 200]    a table out
python benchmarks/latency.py DATA --library DIR [--first 10000] [--questions 200]    and what it finds

The pictures below FOLDER fill one library after another, each with the defaults of `lookalike index`. Questions are
JPEG files of the middles of its pictures, asked one after another by one process that has asked before.

With --library, one that holds pictures that `tiles.py` made of DATA is asked: edited copies of tiles, of which a third
are not in it. Only numbers below --first are asked about, so that several libraries get the same questions.
"""

from __future__ import annotations

import argparse
import io
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

import lookalike
from engine import CROPS, Asked, median_error, report
from lookalike.pixels.augment import EDITS, Edited, edit
from lookalike.types import Pixels
from machine import machine
from photographs import cropped
from tiles import EACH, Tile, name_of, pixels_of, tiles_of

ENDINGS = {".jpg", ".jpeg", ".png", ".webp"}
WARM = 5
"""Questions before the first that counts."""


def files_below(folder: Path, rng: np.random.Generator) -> list[Path]:
    """All pictures, in an order of chance."""
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in ENDINGS)
    return [files[at] for at in rng.permutation(len(files)).tolist()]


def question(file: Path, target: Path) -> Path:
    """The middle of a picture, without a tenth at each side, as a JPEG."""
    with Image.open(file) as image:
        width, height = image.size
        middle = image.convert("RGB").crop((width // 10, height // 10, width * 9 // 10, height * 9 // 10))
    data = io.BytesIO()
    middle.save(data, "JPEG", quality=80)
    target.write_bytes(data.getvalue())
    return target


def cpu_seconds() -> float:
    """Of this process; its worker, which decodes, is not in it until it ends."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def asked(library: lookalike.Library, questions: list[Path]) -> tuple[list[float], list[float]]:
    """Milliseconds of each question, by the clock and of this process's CPU."""
    walls, cpus = [], []
    for file in questions:
        began, cpu = time.perf_counter(), cpu_seconds()
        library.search(file)
        walls.append(1000 * (time.perf_counter() - began))
        cpus.append(1000 * (cpu_seconds() - cpu))
    return walls, cpus


def copy_of(tile: Tile, seed: int, name: str, other: Pixels) -> tuple[Edited, tuple[int, int]]:
    """An edited copy of a tile, and the (w, h) px of what it is made of."""
    pixels = pixels_of(tile, seed)
    if name in CROPS:
        made = cropped(pixels, CROPS[name], np.random.default_rng(seed))
    else:
        made = edit(name, pixels, 7 * seed + 1, other)
    return made, (pixels.shape[1], pixels.shape[0])


def asked_of_tiles(data: Path, place: Path, count: int, first: int) -> None:
    """Asks one edit after another about tiles; prints what a question takes, and the measures of `engine.py`."""
    tiles = tiles_of(data)
    edits = [*EDITS, *CROPS]
    there = np.random.default_rng(0).permutation(first // EACH)[: count - count // 3].tolist()
    absent = list(range(len(tiles) - count // 3, len(tiles)))
    found: list[Asked] = []
    times: list[tuple[float, float]] = []
    with lookalike.open(place) as library, tempfile.TemporaryDirectory() as scratch:
        for number, at in enumerate(np.random.default_rng(1).permutation([*there, *absent]).tolist()):
            other = pixels_of(tiles[len(tiles) - count - 1 - number], number)
            name = edits[number % len(edits)]
            made, size = copy_of(tiles[at], at, name, other)
            file = Path(scratch) / "question.jpg"
            Image.fromarray(made.pixels).save(file, "JPEG", quality=95)
            for _ in range(WARM if number == 0 else 0):
                library.search(file)
            began, cpu = time.perf_counter(), cpu_seconds()
            answers = list(library.search(file, k=12))
            times.append((time.perf_counter() - began, cpu_seconds() - cpu))
            told = [(Path(each.record.path).name, each.score, each.relation) for each in answers]
            placed = next(
                (a.transform for a, (file_name, *_) in zip(answers, told, strict=True) if file_name == own(at)), None
            )
            error = None if placed is None else median_error(placed, made, size)
            found.append(Asked(name, own(at), told, error, times[-1][0]))
        print(machine(), f"{library.status().images} pictures in the library, {len(found)} questions")
    for name, taken in zip(("clock", "CPU"), 1000 * np.array(times).T, strict=True):
        print(f"{name}: {np.median(taken):.0f} ms in the median, {np.quantile(taken, 0.9):.0f} at the 90th percentile")
    copies = {own(at): {Path(name_of(EACH * at + more)).name for more in (1, 2)} for at in (*there, *absent)}
    report(found, {own(at) for at in there}, {**copies, "": set()}, dict.fromkeys(copies, ""))


def own(tile: int) -> str:
    """Name of the file of a tile as it is."""
    return Path(name_of(EACH * tile)).name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", default="250,1000")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--library", type=Path)
    parser.add_argument("--first", type=int, default=10_000)
    given = parser.parse_args()
    if given.library:
        asked_of_tiles(given.folder, given.library, given.questions, given.first)
        return
    rng = np.random.default_rng(0)
    files = files_below(given.folder, rng)
    print(machine(), f"{len(files)} pictures below {given.folder.name}")
    print(f"{'pictures':>8} {'median ms':>10} {'p90 ms':>8} {'CPU ms':>8}")
    with tempfile.TemporaryDirectory() as scratch:
        room = Path(scratch)
        few = files[: min(map(int, given.sizes.split(",")))]
        chosen = [few[at] for at in rng.integers(len(few), size=WARM + given.questions).tolist()]
        questions = [question(file, room / f"{number}.jpg") for number, file in enumerate(chosen)]
        with lookalike.open(room / "library") as library:
            for size in map(int, given.sizes.split(",")):
                library.index(files[:size])
                asked(library, questions[:WARM])
                walls, cpus = asked(library, questions[WARM:])
                count = library.status().images
                told = np.median(walls), np.quantile(walls, 0.9), np.median(cpus)
                print(f"{count:8} " + "{:10.0f} {:8.0f} {:8.0f}".format(*told), flush=True)


if __name__ == "__main__":
    main()
