"""Which class is a picture of, and is it of none? Ways to vote, and what the stated probabilities are worth.

python benchmarks/classes.py LIBRARY [--by label] [--seed 0] [--draws 10]

LIBRARY holds photos with classes. Each photo is asked about without itself. `BestView` is the class of the photo that
is most alike. For "none of these" a third of the classes, drawn anew each time, are taken away, and their photos are
asked about as well; the probabilities are learned from half of the photos of the others, figures are of the rest.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.protocols import Store
from lookalike.search.classes import Classes
from lookalike.search.classification.evidence import Votes, similarities_to, stored_rows
from lookalike.search.classification.model import NONE, RIGHT, Judge
from lookalike.search.components import describers_of
from lookalike.search.ranking.aggregate import Aggregator
from lookalike.search.ranking.aggregate.agreement import Agreement
from lookalike.search.ranking.aggregate.best import BestView
from lookalike.search.ranking.aggregate.mean import MeanOfViews
from lookalike.search.ranking.aggregate.mean_of_best import MeanOfBest
from lookalike.search.ranking.aggregate.power_mean import PowerMean
from lookalike.search.ranking.aggregate.span import ClosestOnSpan
from lookalike.search.ranking.channels import channels_of
from lookalike.store import open_store

WAYS: Sequence[Aggregator] = (
    BestView(),
    MeanOfViews(),
    MeanOfBest(2),
    MeanOfBest(3),
    MeanOfBest(5),
    PowerMean(4.0),
    PowerMean(8.0),
    PowerMean(16.0),
    PowerMean(32.0),
    Agreement(),
    ClosestOnSpan(3),
    ClosestOnSpan(5),
    ClosestOnSpan(10),
)
LEAST = (0.5, 0.8, 0.9)


def alike(store: Store, classes: Classes) -> NDArray[np.float32]:
    """(n, n), a photo with itself NaN."""
    rows = stored_rows(store, channels_of(describers_of(store, ())), classes.ids)
    found = similarities_to(store, rows, classes.ids)
    np.fill_diagonal(found, np.nan)
    return found


def without(classes: Classes, gone: Sequence[int]) -> Classes:
    """Classes that are left."""
    left = [at for at in range(len(classes.names)) if at not in set(gone)]
    return Classes(classes.ids, [classes.names[at] for at in left], [classes.members[at] for at in left])


def membership(classes: Classes) -> NDArray[np.bool_]:
    """(n, c)"""
    return np.stack([np.isin(np.arange(len(classes.ids)), members) for members in classes.members], axis=1)


def first_right(similarities: NDArray[np.float32], classes: Classes, way: Votes) -> NDArray[np.bool_]:
    """(n,) of photos that are not alone in their class."""
    is_of = membership(classes)
    asked = np.flatnonzero(is_of[:, is_of.sum(axis=0) > 1].any(axis=1))
    scores = way.scores(similarities, classes)[asked]
    right: NDArray[np.bool_] = is_of[asked, scores.argmax(axis=1)]
    return right


def trial(
    similarities: NDArray[np.float32], classes: Classes, way: Votes, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """(q, 3) stated, (q,) whether the first class is right, and (q,) whether none is, of photos that taught nothing."""
    order = rng.permutation(len(classes.names))
    known = without(classes, order[: len(order) // 3].tolist())
    is_of = membership(known)
    scores = way.scores(similarities, known)
    there = np.asarray(is_of.any(axis=1))
    taught = there & (rng.random(len(there)) < 0.5)
    judge = Judge.of(known.names, scores[taught], is_of[taught])
    assert judge is not None
    asked = np.flatnonzero(~taught)
    right: NDArray[np.bool_] = is_of[asked, scores[asked].argmax(axis=1)]
    none = np.asarray(~(is_of & (scores >= 0)).any(axis=1))[asked]
    return judge.probabilities(scores[asked], known.names), right, none


def none_line(least: float, told: NDArray[np.float64], right: NDArray[np.bool_], none: NDArray[np.bool_]) -> str:
    """Precision and recall of "none of these", and of the classes that are named: what is right, and how many are."""
    refused = told[:, RIGHT] < least
    cells = (
        (none & refused).sum() / max(refused.sum(), 1),
        (none & refused).sum() / max(none.sum(), 1),
        (right & ~refused).sum() / max((~refused).sum(), 1),
        (right & ~refused).sum() / max((~none).sum(), 1),
    )
    return f"| {least} | " + " | ".join(f"{cell:.3f}" for cell in cells) + " |"


def report(given: argparse.Namespace, store: Store, classes: Classes) -> None:
    """Ways to vote, then what the probabilities of some are worth."""
    channels = channels_of(describers_of(store, ()))
    similarities = alike(store, classes)
    print(f"{len(classes.ids)} photos, {len(classes.names)} classes\n")
    print("| vote | P@1 | against the first: won, lost |\n|---|---|---|")
    plain = first_right(similarities, classes, Votes(store, channels, BestView()))
    for way in WAYS:
        right = first_right(similarities, classes, Votes(store, channels, way))
        print(f"| {way} | {right.mean():.3f} | {(right & ~plain).sum()}, {(plain & ~right).sum()} |")
    for way in (BestView(), PowerMean(16.0), ClosestOnSpan()):
        rng = np.random.default_rng(given.seed)
        votes = Votes(store, channels, way)
        trials = [trial(similarities, classes, votes, rng) for _ in range(given.draws)]
        told = np.concatenate([each[0] for each in trials])
        right, none = (np.concatenate([np.asarray(each[at], bool) for each in trials]) for at in (1, 2))
        brier = float(np.mean((told[:, RIGHT] - right) ** 2))
        print(
            f"\n{way}: {len(right)} questions, {none.mean():.3f} of them of none of the classes; Brier {brier:.3f} of"
        )
        print(f"right, {np.mean((told[:, NONE] - none) ** 2):.3f} of none\n")
        print("| least | none: precision | recall | named: precision | recall |\n|---|---|---|---|---|")
        for least in LEAST:
            print(none_line(least, told, right, none))
        edges = np.linspace(0, 1, 6)
        bins = np.clip(np.digitize(told[:, RIGHT], edges) - 1, 0, 4)
        rows = [(told[bins == at, RIGHT].mean(), right[bins == at].mean()) for at in range(5) if (bins == at).any()]
        print("\nstated and right, in fifths: " + ", ".join(f"{stated:.2f} {was:.2f}" for stated, was in rows))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("library", type=Path)
    parser.add_argument("--by", default="label")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--draws", type=int, default=10)
    given = parser.parse_args()
    with closing(open_store(given.library, write=False)) as store:
        report(given, store, Classes.of(store, given.by))


if __name__ == "__main__":
    main()
