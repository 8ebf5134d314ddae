"""Kinds of indexes of local features, on edited copies, collages and crops: what is found, at what bytes and ms.

python benchmarks/voting.py ../shared/data [--photos 1500] [--originals 300] [--kind NAME:FIELD=VALUE]...

Photos of grocery, caltech101 and flickr8k, an equal share each; originals are drawn among them, and what collages paste
them into, which the index does not hold. Every kind of index learns its words from the features of all that it holds
and gets the same questions. Bytes are those of the file, a photo.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import faiss
import numpy as np

from lookalike.finders import SetIndex
from lookalike.index import SET_INDEXES
from lookalike.local.sift import Sift
from lookalike.match.verify.one_thread import one_thread
from lookalike.pixels.augment import edit
from lookalike.types import LocalFeatures, Picture
from photographs import cropped, decoded, files_in, picture_of

SETS = ("grocery", "caltech101", "flickr8k")
EDITS = ("collage", "strong")
CROPS = (0.3, 0.1, 0.05)
"""Shares of the area."""
EXTRACTOR = Sift(side=320, max_keypoints=250)
FIRST = 10
Seen = TypeVar("Seen")


def photos(data: Path, count: int, rng: np.random.Generator) -> list[Picture]:
    """As many of each set."""
    found: list[Picture] = []
    for name in SETS:
        files = files_in(data / name)
        found += [decoded(files[at]) for at in rng.permutation(len(files))[: count // len(SETS)]]
    return found


def copies(photo: Picture, other: Picture, seed: int) -> Iterator[tuple[str, Picture]]:
    """By name of what was done."""
    for name in EDITS:
        yield name, picture_of(edit(name, photo.pixels, seed, other.pixels).pixels)
    rng = np.random.default_rng(seed)
    for share in CROPS:
        yield f"crop to {share:.0%}", picture_of(cropped(photo.pixels, share, rng).pixels)


def drawn(
    data: Path, count: int, originals: int, seen: Callable[[Picture], Seen]
) -> tuple[dict[int, Seen], dict[str, list[tuple[int, Seen]]]]:
    """What is seen of each photo, by number; and by edit, of copies, with the number of the photo each is made of."""
    rng = np.random.default_rng(0)
    pictures = photos(data, count, rng)
    questions: dict[str, list[tuple[int, Seen]]] = {}
    chosen, backdrops = np.split(rng.permutation(len(pictures))[: 2 * originals], 2)
    for at, other in zip(chosen.tolist(), backdrops.tolist(), strict=True):
        for name, copy in copies(pictures[at], pictures[other], 7 * at + 1):
            questions.setdefault(name, []).append((at, seen(copy)))
    held = np.setdiff1d(np.arange(len(pictures)), backdrops)
    return {at: seen(pictures[at]) for at in held.tolist()}, questions


def filled(kind: str, features: Mapping[int, LocalFeatures]) -> SetIndex:
    """An index of that kind, of photos by number."""
    rows = np.concatenate([each.descriptors for each in features.values()])
    index = SET_INDEXES.spelled(kind).build(EXTRACTOR.space, rows, len(rows))
    index.add(np.array(list(features)), list(features.values()))
    len(index)  # sorts what was added
    return index


def places(index: SetIndex, asked: Sequence[tuple[int, LocalFeatures]]) -> np.ndarray:
    """(q,) place of the photo that each question was made of, from 0; FIRST where it is not among so many."""
    found = np.full(len(asked), FIRST)
    for at, (wanted, features) in enumerate(asked):
        there = np.flatnonzero(index.search(features, FIRST).ids == wanted)
        found[at] = there[0] if len(there) else FIRST
    return found


def line(kind: str, index: SetIndex, questions: dict[str, list[tuple[int, LocalFeatures]]]) -> str:
    """Markdown: first, and among the first ten, for each edit; bytes a photo; ms a question."""
    started = time.process_time()
    found = {name: places(index, asked) for name, asked in questions.items()}
    taken = 1000 * (time.process_time() - started) / sum(map(len, questions.values()))
    with tempfile.TemporaryDirectory() as folder:
        index.save(Path(folder) / "index")
        size = (Path(folder) / "index").stat().st_size / len(index)
    everything = np.concatenate(list(found.values()))
    cells = [f"{np.mean(row == 0):.3f} / {np.mean(row < FIRST):.3f}" for row in (*found.values(), everything)]
    return "| " + " | ".join([f"`{kind}`", *cells, f"{size:.0f}", f"{taken:.2f}"]) + " |"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--photos", type=int, default=1500)
    parser.add_argument("--originals", type=int, default=300)
    parser.add_argument("--kind", action="append", metavar="NAME:FIELD=VALUE")
    given = parser.parse_args()
    faiss.omp_set_num_threads(1)
    one_thread()  # as a search asks
    features, questions = drawn(given.data, given.photos, given.originals, EXTRACTOR.extract)
    print(f"{len(features)} photos, {given.originals} of each edit: share first / among the first {FIRST}\n")
    print("| index | " + " | ".join([*questions, "all"]) + " | bytes a photo | ms |")
    print("|---" * (len(questions) + 4) + "|")
    for kind in given.kind or list(SET_INDEXES):
        print(line(kind, filled(kind, features), questions), flush=True)


if __name__ == "__main__":
    main()
