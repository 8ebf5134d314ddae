"""Do pictures find their object better among objects than among pictures, and by which of the ways to make one score?

python benchmarks/objects.py DATA [--sets grocery coil20 ...] [--libraries DIR] [--draws 5] [--seed 0] [--proof N]

DATA holds the sets as `shared/data` does. Objects are the fine classes of the goods, the turntable's things, the
scenes seen from several sides, and the classes of caltech101. `all`: every picture asks, without itself. `few`: an
object keeps four views, drawn anew each time, and all other pictures ask. `uneven`: it keeps one to eight. P@1 is the
share whose first object is right; MAP@R is of pictures, in the order of their objects (of `pictures`: in their own).
Intervals are of 95 %, drawn over objects. `one row` keeps the normed sum of the views alone: the majority of each bit
where a row is of bits.

`near misses`: half of the objects teach what scores are worth, the pictures of the other half ask, once with and once
without their object in the library. With --libraries the indexed sets are kept there, and used again.
--proof asks N pictures of each set, drawn, in libraries that keep local features: by looks alone, and with proof, with
their object and without it.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import lookalike
from lookalike.evaluate.statistics import Estimate, bootstrap_mean
from lookalike.index.similarity import similarity
from lookalike.search.classes import Classes
from lookalike.search.classification.evidence import Votes, similarities_to, stored_rows, usual_scores
from lookalike.search.classification.model import NONE, RIGHT, Judge
from lookalike.search.components import describers_of
from lookalike.search.ranking.aggregate import AGGREGATORS
from lookalike.search.ranking.channels import Channel, channels_of, mean_alike
from lookalike.store import open_store
from lookalike.types import Space, Vectors

KEPT = 4
"""Views of an object in `few`."""
BEST = "best"
WAYS = (BEST, "mean", "mean_of_best", "power_mean", "agreement", "agreement:trust=-4", "span:views=5", "span")
NAMED = 0.9
"""Probability from which on `proof` has things named."""
JUDGED = (BEST, "power_mean", "span")
Scores = NDArray[np.float32]


def of_folder(path: Path) -> str:
    return path.parent.name


def of_name(path: Path) -> str:
    return path.name.split("__")[0]


SETS: Mapping[str, tuple[Sequence[str], Callable[[Path], str]]] = {
    "grocery": (("train", "val", "test"), of_folder),
    "multiview": (("",), of_folder),
    "coil20": (("",), of_name),
    "caltech101": (("",), of_folder),
}
"""Folders of a set, and which object a picture is a view of."""


@dataclass(frozen=True)
class Set:
    """(n,) pictures, the number of the object of each, and their rows; (n, n) scores of one picture to another."""

    votes: Callable[[str], Votes]
    classes: Classes
    of: NDArray[np.int64]
    shelves: Sequence[str]
    rows: Mapping[Channel, Vectors]
    alike: Scores


def fill(data: Path, libraries: Path, name: str, *, local: bool) -> Path:
    """Library of the set, indexed if it was not, with its objects."""
    folders, object_of = SETS[name]
    place = libraries / (f"{name}-local" if local else name)
    if not place.exists():
        with lookalike.open(place) as library:
            library.index([data / name / folder for folder in folders], local=local, planes=False)
            lines = [f'"{record.path}",{object_of(Path(record.path))}' for record in library.records()]
            library.objects.read("\n".join(["path,object", *lines]).encode())
    return place


def opened(data: Path, libraries: Path, name: str, *, local: bool = False) -> Set:
    """The set, with all that is known of its pictures."""
    place = fill(data, libraries, name, local=local)
    with closing(open_store(place, write=False)) as store:
        classes = Classes.of(store, "object")
        channels = [each for each in channels_of(describers_of(store, ())) if each.weight > 0]
        rows = stored_rows(store, channels, classes.ids)
        paths = {record.id: Path(record.path) for record in store.records()}
    kept = open_store(place, write=False)
    of = np.zeros(len(classes.ids), np.int64)
    for number, members in enumerate(classes.members):
        of[members] = number
    return Set(
        lambda words: Votes(kept, channels, AGGREGATORS.spelled(words)),
        classes,
        of,
        [str(paths[id].parent.parent.name) for id in classes.ids.tolist()],
        rows,
        similarities_to(kept, rows, classes.ids),
    )


def one_row(found: Set, members: Sequence[NDArray[np.int64]], asked: NDArray[np.int64]) -> Scores:
    """(q, c) of questions to the one row of each object, of which a view that asks is no part."""
    return mean_alike(
        {channel: _one_row(channel.describer.space, rows, members, asked) for channel, rows in found.rows.items()}
    )


def _one_row(space: Space, rows: Vectors, members: Sequence[NDArray[np.int64]], asked: NDArray[np.int64]) -> Scores:
    bits = space.metric == "hamming"
    wide = np.unpackbits(rows.astype(np.uint8), axis=1).astype(np.float64) if bits else rows.astype(np.float64)

    def row(views: NDArray[np.int64]) -> Vectors:
        total = wide[views].sum(axis=0)
        return (
            np.packbits(2 * total > len(views))[None]
            if bits
            else (total / np.linalg.norm(total))[None].astype(space.dtype)
        )

    scores = np.concatenate([similarity(space, rows[asked], row(views)) for views in members], axis=1)
    for number, views in enumerate(members):
        for at in np.flatnonzero(np.isin(asked, views)).tolist():
            left = views[views != asked[at]]
            own = similarity(space, rows[asked[at : at + 1]], row(left))[0, 0] if len(left) else np.nan
            scores[at, number] = own
    return scores


@dataclass(frozen=True)
class Answers:
    """(q,) whether the first is right, and the average precision at R, for each question."""

    first: NDArray[np.float64]
    precision: NDArray[np.float64]


def answers(found: Set, asked: NDArray[np.int64], there: NDArray[np.int64], objects: Scores | None) -> Answers:
    """Pictures that are `there` in the order of their objects, those of one in their own; without objects, in that."""
    right = found.of[asked][:, None] == found.of[there][None, :]
    own = np.where(asked[:, None] == there[None, :], -2, found.alike[np.ix_(asked, there)])
    keys = own if objects is None else own + 10 * objects[:, found.of[there]] * (own > -2)
    order = np.argsort(-keys, axis=1, kind="stable")
    relevant = np.take_along_axis(right & (own > -2), order, axis=1)
    count = relevant.sum(axis=1)
    within = np.arange(len(there))[None, :] < count[:, None]
    precision = np.cumsum(relevant, axis=1) / np.arange(1, len(there) + 1)
    mean = (precision * relevant * within).sum(axis=1) / np.maximum(count, 1)
    first = relevant[:, 0] if objects is None else objects.argmax(axis=1) == found.of[asked]
    return Answers(first.astype(np.float64), mean)


def measured(
    found: Set, members: Sequence[NDArray[np.int64]], asked: NDArray[np.int64]
) -> dict[str, tuple[Answers, float]]:
    """Answers by way, and the CPU seconds that the vote took."""
    there = np.sort(np.concatenate(members))
    scores = found.alike[asked].copy()
    scores[asked[:, None] == np.arange(scores.shape[1])[None, :]] = np.nan
    classes = Classes(found.classes.ids, found.classes.names, members)
    told = {"pictures": (answers(found, asked, there, None), 0.0)}
    for words in WAYS:
        votes, started = found.votes(words), time.process_time()
        objects = votes.scores(scores, classes)
        told[words] = answers(found, asked, there, objects), time.process_time() - started
    started = time.process_time()
    objects = np.nan_to_num(one_row(found, members, asked), nan=-1)
    return {**told, "one row": (answers(found, asked, there, objects), time.process_time() - started)}


def figure(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"


def bytes_of(found: Set, words: str) -> float:
    """Bytes of vectors an object, of those that are compared."""
    each = sum(rows[:1].nbytes for rows in found.rows.values())
    return each if words == "one row" else each * len(found.of) / len(found.classes.names)


def table(
    found: Set, trials: Sequence[tuple[NDArray[np.int64], dict[str, tuple[Answers, float]]]], *, sizes: bool
) -> None:
    rng = np.random.default_rng(0)
    groups = np.concatenate([found.of[asked] for asked, _ in trials])
    _, groups = np.unique(groups, return_inverse=True)
    plain = np.concatenate([told[BEST][0].first for _, told in trials])
    print(
        "| vote | P@1 | against `best`: won, lost | MAP@R | kB an object | ms a question |\n|---|---|---|---|---|---|"
    )
    for words in trials[0][1]:
        first = np.concatenate([told[words][0].first for _, told in trials])
        precision = np.concatenate([told[words][0].precision for _, told in trials])
        spent = sum(told[words][1] for _, told in trials) / len(first) * 1000
        won, lost = int((first > plain).sum()), int((plain > first).sum())
        kept = f"{bytes_of(found, words) / 1000:.1f}" if sizes else ""
        cells = (
            figure(bootstrap_mean(first, groups, rng)),
            f"{won}, {lost}",
            figure(bootstrap_mean(precision, groups, rng)),
        )
        print(f"| {words} | {' | '.join(cells)} | {kept} | {spent:.2f} |")


def near_misses(found: Set, words: str, draws: int, seed: int) -> list[tuple[bool, bool, float, float, bool]]:
    """Of each question: is its object there, is the first right, how likely right and none, is it of the same shelf."""
    scores = found.alike.copy()
    np.fill_diagonal(scores, np.nan)
    told = found.votes(words).scores(scores, found.classes)
    is_of = np.arange(len(found.classes.names))[None, :] == found.of[:, None]
    shelf_of = [found.shelves[int(members[0])] for members in found.classes.members]
    usual = dict(zip(found.classes.names, usual_scores(told, is_of).tolist(), strict=True))
    answers = []
    for draw in range(draws):
        order = np.random.default_rng(seed + draw).permutation(len(found.classes.names))
        taught = np.isin(found.of, order[: len(order) // 2])
        judge = Judge.of(found.classes.names, told[taught], is_of[taught])
        assert judge is not None
        judge = replace(judge, usual=usual)
        for there in (True, False):
            asked = told[~taught] if there else np.where(is_of, np.float32(-1), told)[~taught]
            likely = judge.probabilities(asked, found.classes.names)
            for at, (own, first) in enumerate(
                zip(found.of[~taught].tolist(), asked.argmax(axis=1).tolist(), strict=True)
            ):
                same = shelf_of[first] == shelf_of[own]
                answers.append((there, first == own, float(likely[at, RIGHT]), float(likely[at, NONE]), same))
    return answers


def print_near_misses(found: Set, draws: int, seed: int) -> None:
    print("| vote | least | there: named right | named wrong | not there: named | of these on the same shelf |")
    print("|---|---|---|---|---|---|")
    for words in JUDGED:
        told = near_misses(found, words, draws, seed)
        there = [each for each in told if each[0]]
        gone = [each for each in told if not each[0]]
        for least in (0.5, 0.8, 0.9):
            named = [each for each in there if each[2] >= least]
            false = [each for each in gone if each[2] >= least]
            right = sum(each[1] for each in named) / len(there)
            wrong = sum(not each[1] for each in named) / len(there)
            same = sum(each[4] for each in false) / max(len(false), 1)
            print(f"| {words} | {least} | {right:.3f} | {wrong:.3f} | {len(false) / len(gone):.3f} | {same:.2f} |")


def report(found: Set, name: str, draws: int, seed: int) -> None:
    members, everyone = found.classes.members, np.arange(len(found.of))
    print(f"\n## {name}: {len(found.of)} pictures, {len(members)} objects\n\n### all\n")
    table(found, [(everyone, measured(found, members, everyone))], sizes=True)
    for setting, least, most in (("few", KEPT, KEPT), ("uneven", 1, 2 * KEPT)):
        trials = []
        for draw in range(draws):
            rng = np.random.default_rng(seed + draw)
            kept = [np.sort(rng.permutation(views)[: rng.integers(least, most + 1)]) for views in members]
            asked = np.setdiff1d(everyone, np.concatenate(kept))
            trials.append((asked, measured(found, kept, asked)))
        print(f"\n### {setting}, {draws} draws\n")
        table(found, trials, sizes=False)
    if len(members) > 3:
        print("\n### near misses\n")
        print_near_misses(found, draws, seed)


def print_proofs(place: Path, count: int, seed: int) -> None:
    """By looks and with proof: whose first object is right, which objects are named, and which though not there."""
    right, named = np.zeros((2, count), bool), np.zeros((2, 3, count), bool)
    proved = wrong = 0
    with lookalike.open(place) as library:
        records = library.records()
        drawn = np.random.default_rng(seed).permutation(len(records))[:count]
        for at, record in enumerate(records[number] for number in drawn.tolist()):
            for row, verify in enumerate((0, 50)):
                for gone, where in enumerate((f'not path = "{record.path}"', f'not object = "{record.object}"')):
                    things = lookalike.Things(least=NAMED)
                    found = library.search(record.path, things=things, where=where, k=3, verify=verify)
                    told = found.verdict
                    is_named = told is not None and told.probability is not None and told.name is not None
                    if gone:
                        named[row, 2, at] = is_named
                        continue
                    right[row, at] = (found.things or ())[0].name == record.object
                    named[row, 0 if right[row, at] else 1, at] = is_named
                    if verify:
                        proved += found[0].relation != "similar"
                        wrong += found[0].relation != "similar" and not right[1, at]
    won, lost = int((right[1] & ~right[0]).sum()), int((right[0] & ~right[1]).sum())
    print(
        f"\n### proof\n\n{len(drawn)} pictures, right first: by looks {right[0].mean():.3f}, "
        f"with proof {right[1].mean():.3f}"
    )
    print(f"(won {won}, lost {lost}); the first is proved in {proved}, of which {wrong} are wrong\n")
    print(f"| named at {NAMED} | there: right | there: wrong | not there |\n|---|---|---|---|")
    for way, counts in zip(("by looks", "with proof"), named.sum(axis=2), strict=True):
        print(f"| {way} | {' | '.join(map(str, counts.tolist()))} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--sets", nargs="+", choices=list(SETS), default=list(SETS))
    parser.add_argument("--libraries", type=Path)
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--proof", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name in given.sets:
            libraries = given.libraries or Path(folder)
            report(opened(given.data, libraries, name), name, given.draws, given.seed)
            if given.proof:
                print_proofs(fill(given.data, libraries, name, local=True), given.proof, given.seed)


if __name__ == "__main__":
    main()
