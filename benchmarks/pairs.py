"""Whether proof ever puts a wrong picture first: two views of one place or plane, among 1,000 others.

python benchmarks/pairs.py ../shared/data [--distractors 1000]    ten minutes, half of them thorough

Every pair of wxbs, and each view of graf and v_dogman with the first one, is asked both ways round: one picture, for
the other among the distractors, photos of caltech101, flickr8k, grocery and imagenette. All by the whole engine:
without proof, as it is by default, and with `thorough`.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import lookalike
from lookalike.datasets import recognise
from lookalike.datasets.reader import Files, Pairs
from photographs import files_in

SETS = ("wxbs", "oxford_affine/graf", "hpatches/v_dogman")
PHOTOS = ("caltech101", "flickr8k", "grocery", "imagenette")
MANY = 2000
"""Answers, more than there are pictures."""


@dataclass(frozen=True)
class Question:
    set: str
    asked: Path
    wanted: Path


@dataclass(frozen=True)
class Rank:
    """Where the wanted picture came, from 0, what it was called, and what was first with its relation."""

    at: int
    relation: str
    first: str
    first_relation: str


def questions(data: Path) -> Iterator[Question]:
    """Of each pair two."""
    for name in SETS:
        root = (data / name).resolve()
        pictures = {str(file): "" for file in root.rglob("*") if file.suffix in (".png", ".ppm", ".jpg")}
        (task,) = recognise(root).tasks(Files(str(root), pictures)).values()
        assert isinstance(task, Pairs)
        for pair in task.pairs:
            yield Question(name, Path(pair.a), Path(pair.b))
            yield Question(name, Path(pair.b), Path(pair.a))


def name_of(file: Path) -> str:
    """In the library."""
    return "__".join(file.parts[-3:])


def asked(library: lookalike.Library, question: Question, verify: int | None, *, thorough: bool) -> Rank:
    """Among the distractors and what is wanted."""
    where = f'path = "distractors/*" or name = "{name_of(question.wanted)}"'
    answers = list(library.search(question.asked, k=MANY, where=where, verify=verify, thorough=thorough))
    names = [Path(answer.record.path).name for answer in answers]
    at = names.index(name_of(question.wanted)) if name_of(question.wanted) in names else MANY
    relation = answers[at].relation if at < MANY else ""
    return Rank(at, relation, names[0], answers[0].relation)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--distractors", type=int, default=1000)
    given = parser.parse_args()
    asks = list(questions(given.data))
    photos = files_in(*(given.data / name for name in PHOTOS))
    chosen = np.random.default_rng(2).choice(len(photos), given.distractors, replace=False)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "pictures"
        for place, files in (("distractors", [photos[at] for at in chosen]), ("views", {q.wanted for q in asks})):
            (folder / place).mkdir(parents=True)
            for file in files:
                shutil.copyfile(file, folder / place / name_of(file))
        with lookalike.open(Path(scratch) / "library") as library:
            library.index(folder)
            for verify, thorough, how in (
                (0, False, "without proof"),
                (None, False, "with proof"),
                (None, True, "thorough"),
            ):
                ranks = {question: asked(library, question, verify, thorough=thorough) for question in asks}
                for name in SETS:
                    of_set = [rank for question, rank in ranks.items() if question.set == name]
                    first = np.mean([rank.at == 0 for rank in of_set])
                    tenth = np.mean([rank.at < 10 for rank in of_set])
                    proved = sum(rank.relation in ("copy", "scene") for rank in of_set)
                    print(f"{how:14} {name:18} R@1 {first:.3f}  R@10 {tenth:.3f}  proved {proved} of {len(of_set)}")
                print(f"{how:14} all R@1 {np.mean([rank.at == 0 for rank in ranks.values()]):.3f}", flush=True)
                for question, rank in ranks.items():
                    if rank.first_relation in ("copy", "scene") and rank.at:
                        print(f"called a {rank.first_relation}: {question.asked} {rank.first}")


if __name__ == "__main__":
    main()
