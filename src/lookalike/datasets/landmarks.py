"""Buildings of Oxford and Paris, with easy, hard and unclear answers [Radenovic et al., CVPR 2018]."""

from __future__ import annotations

import io
import os
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from lookalike.datasets.reader import Files
from lookalike.datasets.retrieval import Places, Retrieval
from lookalike.errors import BadQuery

RIGHT = {"easy": ("easy",), "medium": ("easy", "hard"), "hard": ("hard",)}
JUNK = {"easy": ("hard", "junk"), "medium": ("junk",), "hard": ("easy", "junk")}
ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy._core.multiarray", "scalar"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
}


@dataclass(frozen=True)
class RevisitedLandmarks:
    """`gnd_roxford5k.pkl` or `gnd_rparis6k.pkl` beside the pictures. Whole pictures are asked, not their boxes."""

    name: ClassVar[str] = "landmarks"
    about: ClassVar[str] = "revisited Oxford and Paris: gnd_*.pkl and jpg"

    def recognises(self, root: Path) -> bool:
        """By the ground truth."""
        return root.is_dir() and any(root.glob("gnd_*.pkl"))

    def tasks(self, files: Files) -> Mapping[str, Retrieval]:
        """`medium`, `hard` and `easy`, as the paper sets them."""
        file = sorted(Path(files.root).glob("gnd_*.pkl"))[0]
        truth = _truth(file)
        by_stem = {Path(path).stem: path for path in sorted(files.digests)}
        return {level: _task(files.name, level, truth, by_stem) for level in ("medium", "hard", "easy")}


def _task(name: str, level: str, truth: Mapping[str, Any], by_stem: Mapping[str, str]) -> Retrieval:
    base = [stem for stem in truth["imlist"] if stem in by_stem]
    place = {stem: at for at, stem in enumerate(base)}
    asked: list[str] = []
    right: list[Places] = []
    junk: list[Places] = []
    unanswered = 0
    for stem, answers in zip(truth["qimlist"], truth["gnd"], strict=True):
        found = _places(answers, RIGHT[level], truth["imlist"], place)
        if stem in by_stem and len(found):
            asked.append(stem)
            right.append(found)
            junk.append(_places(answers, JUNK[level], truth["imlist"], place))
        else:
            unanswered += 1
    if not asked:
        raise BadQuery(f"no query of {name!r} is there with an answer: are its pictures below the folder?")
    lacking = len(truth["imlist"]) - len(base)
    left_out = {"named by the ground truth, but not there or not readable": lacking}
    left_out["queries that are not there or have no answer"] = unanswered
    return Retrieval(
        name,
        "groups",
        tuple(by_stem[stem] for stem in [*base, *asked]),
        len(base) + np.arange(len(asked)),
        np.arange(len(base)),
        tuple(right),
        np.arange(len(asked)),
        tuple(junk),
        {why: count for why, count in left_out.items() if count},
    )


def _places(
    answers: Mapping[str, Sequence[int]], kinds: Sequence[str], names: Sequence[str], place: Mapping[str, int]
) -> Places:
    stems = [names[int(number)] for kind in kinds for number in answers.get(kind, ())]
    return np.array(sorted(place[stem] for stem in stems if stem in place), np.int64)


def _truth(file: Path) -> Mapping[str, Any]:
    try:
        truth = _Plain(io.BytesIO(file.read_bytes())).load()
    except (OSError, pickle.UnpicklingError, EOFError, ValueError, TypeError, AttributeError, IndexError) as error:
        raise BadQuery(f"cannot read the ground truth {os.fspath(file)!r}: {error}") from error
    if not isinstance(truth, dict) or not {"imlist", "qimlist", "gnd"} <= truth.keys():
        raise BadQuery(f"{file.name} must hold imlist, qimlist and gnd")
    if len(truth["qimlist"]) != len(truth["gnd"]):
        raise BadQuery(f"{file.name} has {len(truth['qimlist'])} queries, and answers to {len(truth['gnd'])}")
    return truth


class _Plain(pickle.Unpickler):
    """Unpickler of plain containers, text, numbers and arrays; whatever else a pickle asks for is refused."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no ground truth needs")
        return super().find_class(module, name)
