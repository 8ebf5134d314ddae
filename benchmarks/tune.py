"""Weights that are learned, and re-rankers: what each gains over the default, on classes that taught nothing.

    python benchmarks/tune.py ../shared/data [--libraries DIR] [--with NAME]... [--copies N] > tune.md

Photos among themselves: each asks for the others of its class; five folds of classes, each judged by what the others
taught. `chosen` is the way that was best on the other folds. `--with` has a describer count besides those of a default
library. Then the same weights learned from edited copies alone, which need no labels.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from labelled_libraries import ALL_SETS, SETS, LabelledLibrary, opened
from lookalike.search.components import describers_of
from lookalike.search.ingest.options import Options
from lookalike.search.ranking.channels import Channel, channels_of
from lookalike.search.ranking.reordering import reordered
from lookalike.search.ranking.rerank import RERANKERS
from lookalike.search.tuning.evidence import Evidence, Scores, of_copies, of_groups
from lookalike.search.tuning.profile import Estimate
from lookalike.search.tuning.stacking import stacked, weighed
from lookalike.search.tuning.tune import Tuned, map_at_r, tuned
from results import made

TIMED = 60
"""Questions of which each re-ranker is timed."""
DEFAULT = ("convnet", "histogram", "phash", "class_words")


def channels(known: LabelledLibrary, beside: Sequence[str]) -> list[Channel]:
    names = [*DEFAULT, *beside]
    return [each for each in channels_of(describers_of(known.store), dict.fromkeys(names, 1.0)) if each.name in names]


def gain(estimate: Estimate) -> str:
    value, low, high = estimate
    return f"{value:+.3f} [{low:+.3f}, {high:+.3f}]"


def table(found: Tuned) -> str:
    rows = [f"| {way.weights} | {way.rerank or ''} | {way.value:.3f} | {gain(way.gain)} |" for way in found.ways]
    kept = "none" if found.profile is None else f"{dict(found.profile.weights)}, {found.profile.rerank}"
    return "\n".join(
        [
            f"{found.questions} questions of {found.groups} groups, from {found.source}. Learned from all: "
            + ", ".join(f"{name} {weight:.3f}" for name, weight in found.weights.items()),
            "",
            "| weights | re-ranker | MAP@R | gain |\n|---|---|---|---|",
            *rows,
            f"| chosen | without looking | {found.default + found.chosen[0]:.3f} | {gain(found.chosen)} |",
            "",
            f"Kept: {kept}.",
        ]
    )


def likeness(near: Scores, places: NDArray[np.int64]) -> Scores:
    return near[np.ix_(places, places)]


def costs(classes: Evidence) -> str:
    """CPU of each re-ranker, the median of some questions, beside sorting alone."""
    near = weighed(classes.near, dict.fromkeys(classes.near, 1.0))
    rows = []
    for name in RERANKERS:
        row = RERANKERS.make(name)
        spent = []
        for at in range(min(TIMED, len(classes.groups))):
            counted = np.flatnonzero(classes.counted[at])
            kept = near[np.ix_(counted, counted)]
            started = time.process_time()
            reordered(row, near[at, counted], partial(likeness, kept))
            spent.append(1000 * (time.process_time() - started))
        rows.append(f"| {name} | {np.median(spent):.1f} | {row.cost} | {row.source} |")
    return "\n".join(
        ["| re-ranker | ms of CPU a question | steps, of n candidates | paper |\n|---|---|---|---|", *rows]
    )


def from_copies(known: LabelledLibrary, own: Sequence[Channel], originals: int, classes: Evidence) -> str:
    """Weights that copies teach, judged on classes."""
    rng = np.random.default_rng(0)
    copies = of_copies(known.store, own, originals, Options(workers=1), 0)
    assert copies is not None
    weights = stacked(copies, np.ones(len(copies.groups), bool), rng)
    asked = weighed(classes.asked, weights)
    values = [
        map_at_r(np.argsort(-asked[at][counted], kind="stable"), right[counted])
        for at, (counted, right) in enumerate(zip(classes.counted, classes.right, strict=True))
        if right[counted].any()
    ]
    told = ", ".join(f"{name} {weight:.3f}" for name, weight in weights.items())
    judged = f"Weights from copies of {originals} pictures: {told}; on classes MAP@R {np.mean(values):.3f}."
    return f"\n{judged}\n\n{table(tuned(copies, rng))}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--libraries", type=Path, metavar="DIR", help="where the libraries of the sets are kept")
    parser.add_argument("--with", dest="beside", action="append", default=[], metavar="NAME")
    parser.add_argument("--set", dest="sets", action="append", choices=list(ALL_SETS))
    parser.add_argument("--copies", type=int, default=0, metavar="N", help="learn from copies of N pictures too")
    given = parser.parse_args()
    print("\n".join(["# Weights that are learned", "", *made("tune.py")]), flush=True)
    with tempfile.TemporaryDirectory() as place:
        for name in given.sets or SETS:
            known = opened(given.data, name, given.libraries or Path(place))
            own = channels(known, given.beside)
            started = time.process_time()
            classes = of_groups(known.store, own, known.ids, known.classes, "classes", np.random.default_rng(0))
            print(f"\n## {name}\n\n{costs(classes)}\n\n{table(tuned(classes, np.random.default_rng(0)))}", flush=True)
            print(f"\n{time.process_time() - started:.0f} s of CPU.", flush=True)
            if given.copies:
                print(from_copies(known, own, given.copies, classes), flush=True)


if __name__ == "__main__":
    main()
