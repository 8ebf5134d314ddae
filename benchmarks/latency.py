"""How long a whole question takes by the size of the library: reading, decoding, describing, ranking, geometry.

python benchmarks/latency.py FOLDER [--sizes 250,1000] [--questions 200]    a table out

The pictures below FOLDER fill one library after another, each with the defaults of `lookalike index`. Questions are
JPEG files of the middles of its pictures, asked one after another by one process that has asked before.
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
from machine import machine

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", default="250,1000")
    parser.add_argument("--questions", type=int, default=200)
    given = parser.parse_args()
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
