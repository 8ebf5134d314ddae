"""Is the union of local features that survives matching among the views of an object a better object than its views?

python benchmarks/object_features.py DATA [--sets grocery coil20 multiview] [--libraries DIR] [--draws 3] [--seed 0]

Sets and objects are those of `benchmarks/objects.py`. An object keeps four views, drawn anew each time, and all other
pictures ask. Features of its views are matched with each other (mutual nearest, by the ratio of distances); what
matches is one feature of the object, the mean of its descriptors. `survives` keeps those that two views or more have,
`all` the others as well; `best view` is the most matches that a single view has. Each looks at the 16 objects of the
most alike views alone, as `search --as objects` does. P@1 is the share whose first object is right: by matches alone,
and beside the looks (`span`), where a logistic regression on other objects, in five folds, says how much matches count.
Intervals are of 95 %, drawn over objects; bytes are those of the descriptors, 4 bits a value as a library keeps them.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluate.statistics import bootstrap_mean
from lookalike.match.match.nearest import Nearest
from lookalike.match.verify.one_thread import one_thread
from lookalike.search.classes import Classes
from lookalike.search.classification.evidence import NEAREST
from lookalike.search.components import extractor_of
from lookalike.store import open_store
from lookalike.types import Keypoints, LocalFeatures
from objects import KEPT, Set, figure, fill, opened

MATCHER = Nearest()
FOLDS = 5
ROWS = ("best view", "survives", "all")
Rows = NDArray[np.float32]
Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Union:
    """(k, d) features of an object, and of how many of its views each is."""

    rows: Rows
    views: NDArray[np.int64]


def features(place: Path, found: Set) -> Sequence[LocalFeatures]:
    """Those of each picture of the set, as the library keeps them."""
    with closing(open_store(place, write=False)) as store:
        extractor = extractor_of(store)
        assert extractor is not None
        kept: Mapping[int, LocalFeatures] = dict(store.local(extractor.space))
    return [kept[id] for id in found.classes.ids.tolist()]


def of_rows(rows: Rows) -> LocalFeatures:
    """Features of which the place does not matter."""
    n = len(rows)
    return LocalFeatures(Keypoints(np.zeros((n, 2), np.float32), np.zeros(n, np.float32), (1, 1)), rows)


def united(views: Sequence[LocalFeatures]) -> Union:
    """What matches, directly or through other views, is one feature; a view has each at most once."""
    starts = np.cumsum([0, *map(len, views)])
    root = np.arange(starts[-1])

    def find(at: int) -> int:
        while root[at] != at:
            root[at] = root[root[at]]
            at = int(root[at])
        return at

    for i, a in enumerate(views):
        for j in range(i + 1, len(views)):
            for x, y in MATCHER.match(a, views[j]).pairs.tolist():
                one, other = find(int(starts[i]) + x), find(int(starts[j]) + y)
                root[max(one, other)] = min(one, other)
    names = np.array([find(at) for at in range(len(root))], np.int64)
    _, track = np.unique(names, return_inverse=True)
    count = int(track.max(initial=-1)) + 1
    sums = np.zeros((count, views[0].descriptors.shape[1]), np.float64)
    np.add.at(sums, track, np.concatenate([view.descriptors for view in views]).astype(np.float64))
    rows = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)
    view_of = np.repeat(np.arange(len(views)), np.diff(starts))
    pairs = np.unique(np.stack([track, view_of], axis=1), axis=0)
    return Union(rows.astype(np.float32), np.bincount(pairs[:, 0], minlength=count))


@dataclass(frozen=True)
class Trial:
    """(q,) what asked, and (q, c) matches by row of the table, looks, NaN where the object was not looked at.

    `seconds` of CPU and `bytes` an object, by row.
    """

    of: NDArray[np.int64]
    matches: Mapping[str, Scores]
    looks: Scores
    seconds: Mapping[str, float]
    bytes: Mapping[str, float]


def trial(found: Set, local: Sequence[LocalFeatures], kept: Sequence[NDArray[np.int64]]) -> Trial:
    asked = np.setdiff1d(np.arange(len(found.of)), np.concatenate(kept))
    scores = found.alike[asked]
    looks = found.votes("span").scores(scores, Classes(found.classes.ids, found.classes.names, kept))
    best = np.stack([scores[:, views].max(axis=1) for views in kept], axis=1)
    near = np.argsort(-best, axis=1, kind="stable")[:, :NEAREST]
    started = time.process_time()
    whole = [united([local[at] for at in views.tolist()]) for views in kept]
    made = (time.process_time() - started) / len(kept)
    alone = [[local[at] for at in views.tolist()] for views in kept]
    surviving = [[of_rows(each.rows[each.views > 1])] for each in whole]
    everything = [[of_rows(each.rows)] for each in whole]
    matches, seconds, size = {}, {}, {}
    for name, objects in zip(ROWS, (alone, surviving, everything), strict=True):
        told = np.full(looks.shape, np.nan, np.float32)
        started = time.process_time()
        for row, at in enumerate(asked.tolist()):
            for of in near[row].tolist():
                told[row, of] = max((len(MATCHER.match(local[at], one).pairs) for one in objects[of]), default=0)
        seconds[name] = (time.process_time() - started) / len(asked)
        matches[name] = told
        size[name] = float(np.mean([sum(one.descriptors.size for one in each) / 2 for each in objects]))
    print(f"made in {1000 * made:.0f} ms of CPU an object", flush=True)
    return Trial(found.of[asked], matches, np.where(np.isnan(told), np.nan, looks), seconds, size)


def mixed(trials: Sequence[Trial], name: str) -> list[Scores]:
    """Looks and the logarithm of matches, weighed by what objects of other folds say."""
    from sklearn.linear_model import LogisticRegression

    tables = [np.stack([each.looks, np.log1p(each.matches[name])], axis=-1) for each in trials]
    rows = np.concatenate([table[~np.isnan(table).any(axis=-1)] for table in tables])
    is_right, of = [], []
    for each, table in zip(trials, tables, strict=True):
        seen = ~np.isnan(table).any(axis=-1)
        asks, objects = np.nonzero(seen)
        is_right.append(objects == each.of[asks])
        of.append(each.of[asks])
    right, owner = np.concatenate(is_right), np.concatenate(of)
    told = [np.full(each.looks.shape, np.nan, np.float32) for each in trials]
    for fold in range(FOLDS):
        taught = owner % FOLDS != fold
        model = LogisticRegression(C=10.0, class_weight="balanced").fit(rows[taught], right[taught])
        for each, table, own in zip(trials, tables, told, strict=True):
            mine = each.of % FOLDS == fold
            own[mine] = (np.nan_to_num(table[mine]) @ model.coef_[0]).astype(np.float32)
    return [np.where(np.isnan(each.looks), np.nan, own) for each, own in zip(trials, told, strict=True)]


def first(scores: Scores, of: NDArray[np.int64], looks: Scores) -> NDArray[np.float64]:
    """(q,) 1 where the right object is first; of equals the one that looks more alike."""
    order = np.lexsort((-np.nan_to_num(looks, nan=-1), -np.nan_to_num(scores, nan=-np.inf)), axis=1)
    return np.asarray(order[:, 0] == of, np.float64)


def report(found: Set, name: str, trials: Sequence[Trial]) -> None:
    of = np.concatenate([each.of for each in trials])
    groups = np.unique(of, return_inverse=True)[1]
    plain = np.concatenate([first(each.looks, each.of, each.looks) for each in trials])

    def line(words: str, values: NDArray[np.float64], cost: str) -> None:
        told = figure(bootstrap_mean(values, groups, np.random.default_rng(0)))
        gain = figure(bootstrap_mean(values - plain, groups, np.random.default_rng(0)))
        won, lost = int((values > plain).sum()), int((plain > values).sum())
        print(f"| {words} | {told} | {gain} | {won}, {lost} | {cost} |", flush=True)

    print(f"\n## {name}: {len(found.of)} pictures, {len(found.classes.names)} objects, {len(of)} questions\n")
    print("| object | P@1 | against looks | won, lost | kB an object | ms a question |\n|---|---|---|---|---|---|")
    line("looks (`span`)", plain, " | ")
    for row in ROWS:
        size = np.mean([each.bytes[row] for each in trials]) / 1000
        cost = f"{size:.1f} | {1000 * np.mean([each.seconds[row] for each in trials]):.0f}"
        alone = np.concatenate([first(each.matches[row], each.of, each.looks) for each in trials])
        line(f"{row}, matches alone", alone, cost)
        beside = zip(mixed(trials, row), trials, strict=True)
        line(f"{row}, beside looks", np.concatenate([first(own, each.of, each.looks) for own, each in beside]), cost)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--sets", nargs="+", default=["grocery", "coil20", "multiview"])
    parser.add_argument("--libraries", type=Path)
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    one_thread()
    with tempfile.TemporaryDirectory() as folder:
        libraries = given.libraries or Path(folder)
        for name in given.sets:
            place = fill(given.data, libraries, name, local=True)
            found = opened(given.data, libraries, name, local=True)
            local = features(place, found)
            trials = []
            for draw in range(given.draws):
                rng = np.random.default_rng(given.seed + draw)
                kept = [np.sort(rng.permutation(views)[:KEPT]) for views in found.classes.members]
                trials.append(trial(found, local, kept))
            report(found, name, trials)


if __name__ == "__main__":
    main()
