"""Groups of copies in a large library: how long `dupes` takes, and whom it puts beside whom.

python benchmarks/dupes.py DATA [--pictures 10000] [--workers 2] [--kept FOLDER]    most of an hour, all but minutes of
it indexing; with --kept a second run has the library at hand

The library holds photos below DATA, all of 10,000 but the tiny ones of cifar10, and, up to the number of pictures,
copies of some drawn at random, each edited in one of the ruler's ways and saved as JPEG of quality 85.
"""

from __future__ import annotations

import argparse
import io
import resource
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

import lookalike
from lookalike.pixels.augment import EDITS, edit
from lookalike.search.ingest.options import Options
from machine import machine
from photographs import decoded, files_in, name_of

TINY = "cifar10"
ORIGINALS = 0.54
"""Share of the pictures, the most, that are photos as they are."""
BETWEEN = "~"
"""Stands between the name of an original and the edit, in the name of a copy."""


def pictures(data: Path, count: int, folder: Path) -> None:
    """Fills the folder, unless it is full."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(7)
    found = [file for file in files_in(data) if TINY not in file.relative_to(data).parts]
    found = [found[at] for at in rng.permutation(len(found)).tolist()][: round(ORIGINALS * count)]
    for file in found:
        shutil.copyfile(file, folder / name_of(file, data))
    for number in range(count - len(found)):
        file, other = (found[int(at)] for at in rng.integers(len(found), size=2))
        name = list(EDITS)[number % len(EDITS)]
        try:
            made = edit(name, decoded(file).pixels, number, decoded(other).pixels).pixels
        except lookalike.BadPicture:  # one of the photos is damaged, and is to be
            continue
        copy = io.BytesIO()
        Image.fromarray(made).save(copy, "JPEG", quality=85)
        (folder / f"{Path(name_of(file, data)).stem}{BETWEEN}{name}{BETWEEN}{number}.jpg").write_bytes(copy.getvalue())


def used() -> tuple[float, float]:
    """CPU seconds of this process, and of its children that have ended."""
    both = (resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    mine, theirs = (each.ru_utime + each.ru_stime for each in both)
    return mine, theirs


def grouped(library: Path, workers: int) -> list[list[str]]:
    """Names of the files of each group of copies; prints the costs."""
    before, began = used(), time.perf_counter()
    with lookalike.open(library) as opened:
        found = opened.dupes("copy", options=Options(workers=workers))
        names = [[Path(member.path).name for member in group.members] for group in found]
        wall = time.perf_counter() - began
        count = opened.status().images
    mine, theirs = (now - then for now, then in zip(used(), before, strict=True))
    print(f"{count} pictures, {workers} workers: {wall:.0f} s of wall time, {mine + theirs:.0f} s of CPU", end=", ")
    print(f"of which {theirs:.0f} in workers; {1000 * (mine + theirs) / count:.1f} ms of CPU a picture")
    return names


def report(groups: Sequence[Sequence[str]], folder: Path) -> None:
    """Prints how many copies of each edit stand in one group with their original; then originals put together."""
    of_edit: dict[str, list[bool]] = defaultdict(list)
    group_of = {name: number for number, names in enumerate(groups) for name in names}
    original = {Path(file.name).stem: file.name for file in folder.iterdir() if BETWEEN not in file.name}
    for file in sorted(folder.iterdir()):
        if BETWEEN in file.name:
            stem, name, _ = file.name.split(BETWEEN)
            of_edit[name].append(group_of.get(file.name, -1) == group_of.get(original.get(stem, ""), -2))
    print(f"{len(groups)} groups of {sum(map(len, groups))} files")
    for name, kept in of_edit.items():
        print(f"{name:12} {np.mean(kept):.3f} of {len(kept)} beside their original")
    mixed = [sorted({Path(name).stem.split(BETWEEN)[0] for name in names}) for names in groups]
    several = sorted(names for names in mixed if len(names) > 1)
    print(f"{len(several)} groups of more than one original")
    for names in several:
        print("  ", *names)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pictures", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kept", type=Path, help="keep pictures and library here")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        kept = given.kept or Path(scratch)
        folder, library = kept / f"pictures-{given.pictures}", kept / f"library-{given.pictures}"
        if not library.exists():
            pictures(given.data, given.pictures, folder)
            with lookalike.open(library) as opened:
                opened.index(folder, options=Options(workers=given.workers))
        copy = Path(scratch) / "library"  # what is proved stays in a library
        shutil.copytree(library, copy)
        print(machine())
        report(grouped(copy, given.workers), folder)


if __name__ == "__main__":
    main()
