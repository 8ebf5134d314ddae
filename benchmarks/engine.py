"""What the whole engine finds of edited copies: the right picture first, one threshold for all, and its place in it.

python benchmarks/engine.py ../shared/data [--originals 400] [--distractors 3000] [--verify 50]    half an hour

Originals are photos of grocery, caltech101 and flickr8k; a third of them is not in the library, so that copies of them
must find nothing. Beside the ruler's edits: crops to 30 % and 10 % of the area. `--verify 0`: without proof.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

import lookalike
from lookalike.describe.thumbnail import Thumbnail
from lookalike.evaluate.pooled import Pooled
from lookalike.evaluate.statistics import interval, resampled
from lookalike.pixels.augment import EDITS, edit
from lookalike.pixels.augment.edited import Edited, moved
from lookalike.pixels.decode import decode
from lookalike.pixels.limits import Limits
from lookalike.search.twins import twins
from lookalike.types import Picture, Pixels

SETS = ("grocery", "caltech101", "flickr8k")
CROPS = {"crop to 30 %": 0.3, "crop to 10 %": 0.1}
REPLICATES = 300
NEAR = 3.0
"""px of the original within which a copy is placed rightly."""


@dataclass(frozen=True)
class Asked:
    """What came of one question: the best (score, right) pairs, whether the first is right, its error in px."""

    edit: str
    original: int
    pairs: list[tuple[float, bool]]
    first: bool
    called: str
    error: float | None
    seconds: float


def photo(file: Path) -> Pixels:
    """Decoded as `eval --self` decodes what it edits."""
    return decode(file.read_bytes(), min_side=480, limits=Limits()).picture.pixels


def cropped(pixels: Pixels, share: float, seed: int) -> Edited:
    """A part of `share` of the area, of the same shape, anywhere."""
    rng = np.random.default_rng(seed)
    height, width = (max(16, round(side * share**0.5)) for side in pixels.shape[:2])
    top, left = (int(rng.integers(side - part + 1)) for side, part in zip(pixels.shape, (height, width), strict=False))
    return Edited(np.ascontiguousarray(pixels[top : top + height, left : left + width]), moved(left, top))


def misplaced(transform: tuple[tuple[float, float, float], ...], made: Edited, size: tuple[int, int]) -> float:
    """px by which places of the original, sent to the copy, come back elsewhere."""
    height, width = made.pixels.shape[:2]
    there = np.array([[0.3, 0.7, 0.7, 0.3], [0.3, 0.3, 0.7, 0.7], [1, 1, 1, 1]]) * [[width], [height], [1]]
    wanted, found = made.transform @ there, np.array(transform) @ there
    inside = np.clip(wanted[:2] / wanted[2], 0, np.array(size)[:, None])
    if not np.allclose(inside, wanted[:2] / wanted[2]):  # of a collage most of the copy is not the original
        there = np.linalg.inv(made.transform) @ np.vstack([inside, np.ones(4)])
        wanted, found = made.transform @ there, np.array(transform) @ there
    return float(abs(found[:2] / found[2] - wanted[:2] / wanted[2]).max())


@cache
def warm(library: Path) -> lookalike.Library:
    """Opened once by each process: opening is not what is measured."""
    opened = lookalike.open(library)
    opened.search(np.zeros((64, 64, 3), np.uint8))
    return opened


def ask(
    at: int,
    files: list[Path],
    backdrops: list[Path],
    library: Path,
    edits: list[str],
    verify: int,
    junk: list[set[str]],
) -> list[Asked]:
    """All edits of one original."""
    pixels, other = photo(files[at]), photo(backdrops[at % len(backdrops)])
    found = []
    opened = warm(library)
    for name in edits:
        made = cropped(pixels, CROPS[name], at) if name in CROPS else edit(name, pixels, 7 * at + 1, other)
        started = time.perf_counter()
        answers = list(opened.search(made.pixels, k=10, verify=verify))
        seconds = time.perf_counter() - started
        answers = [answer for answer in answers if Path(answer.record.path).name not in junk[at]]
        right = [Path(answer.record.path).name == files[at].name for answer in answers]
        first = bool(right) and right[0]
        error = None
        if first and answers[0].transform is not None:
            error = misplaced(answers[0].transform, made, (pixels.shape[1], pixels.shape[0]))
        called = answers[0].relation if first else next((a.relation for a in answers if a.relation != "similar"), "")
        pairs = [(answer.score, flag) for answer, flag in zip(answers, right, strict=True)]
        found.append(Asked(name, at, pairs, first, called, error, seconds))
    return found


def report(asked: list[Asked], there: int) -> None:
    """Prints the measures with their intervals over originals, then each edit."""
    answers = np.array([int(each.original < there) for each in asked])
    best = [(np.array([s for s, _ in each.pairs]), np.array([r for _, r in each.pairs], bool)) for each in asked]
    pooled = Pooled.of(best, answers)
    rng = np.random.default_rng(0)
    drawn = resampled(np.unique([each.original for each in asked], return_inverse=True)[1], rng, REPLICATES)
    replicates = pooled.replicates(drawn)
    firsts = np.array([each.first for each in asked], float)
    known = answers > 0
    shares = (drawn[:, known] @ firsts[known]) / np.maximum(drawn[:, known].sum(axis=1), 1)
    measured = {"p@1": (firsts[known].mean(), shares)}
    measured |= {name: (value, replicates[name]) for name, value in pooled.values().items()}
    for name, (value, samples) in measured.items():
        estimate = interval(value, samples)
        print(f"{name:12} {estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]")
    placed = [each.error for each in asked if each.called == "copy" and each.error is not None]
    print(f"of {len(placed)} called copies, placed within {NEAR:g} px: {np.mean(np.array(placed) <= NEAR):.3f}")
    strangers = [each for each in asked if each.original >= there]
    print(
        f"of {len(strangers)} questions without an answer, called a copy: {sum(e.called == 'copy' for e in strangers)}"
    )
    print(f"a question: {1000 * np.median([each.seconds for each in asked]):.0f} ms")
    by_edit = defaultdict(list)
    for each in asked:
        if each.original < there:
            by_edit[each.edit].append(each)
    for name, group in by_edit.items():
        called = {
            word: sum(each.called == word for each in group if each.first) for word in ("copy", "scene", "similar")
        }
        print(f"{name:12} p@1 {np.mean([each.first for each in group]):.3f}  {called}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--originals", type=int, default=400)
    parser.add_argument("--distractors", type=int, default=3000)
    parser.add_argument("--verify", type=int, default=50)
    parser.add_argument("--library", type=Path, help="keep the library here, and use the one that is here")
    given = parser.parse_args()
    found = [
        f for name in SETS for f in sorted((given.data / name).rglob("*")) if f.suffix.lower() in (".jpg", ".jpeg")
    ]
    order = np.random.default_rng(11).permutation(len(found))
    there, absent = given.originals, given.originals // 2
    originals = [found[at] for at in order[: there + absent]]
    backdrops = [found[at] for at in order[there + absent : there + absent + 50]]
    others = [found[at] for at in order[there + absent + 50 :][: given.distractors]]
    with tempfile.TemporaryDirectory() as scratch:
        folder, library = Path(scratch) / "pictures", given.library or Path(scratch) / "library"
        folder.mkdir()
        names = {file: f"{number}{file.suffix}" for number, file in enumerate([*originals, *others])}
        for file in [*originals[:there], *others]:
            shutil.copyfile(file, folder / names[file])
        with lookalike.open(library) as opened:
            indexed = opened.index(folder)
            status = opened.status()
        print(f"{status.images} pictures in {indexed.seconds:.0f} s, {status.bytes / status.images / 1000:.1f} kB each")
        thumbnails = Thumbnail()
        base = sorted(folder.iterdir())
        rows = thumbnails.describe([Picture(p, p.shape[1::-1]) for p in map(photo, base)])
        own = thumbnails.describe([Picture(p, p.shape[1::-1]) for p in map(photo, originals)])
        junk = [{base[twin].name for twin in near} for near in twins(own, rows)]
        asked_files = [folder / names[file] if at < there else file for at, file in enumerate(originals)]
        junk = [names_ - {file.name} for names_, file in zip(junk, asked_files, strict=True)]
        job = partial(
            ask,
            files=asked_files,
            backdrops=backdrops,
            library=library,
            edits=[*EDITS, *CROPS],
            verify=given.verify,
            junk=junk,
        )
        os.environ["OMP_NUM_THREADS"] = "1"  # of the processes that ask: each has a core
        with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
            asked = [each for group in pool.map(job, range(there + absent)) for each in group]
    report(asked, there)


if __name__ == "__main__":
    main()
