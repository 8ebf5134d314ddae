"""Feedback, simulated: how much better are answers after 1, 3 and 5 rounds of judging five, and what does it cost?

    python benchmarks/feedback.py ../shared/data [--libraries DIR] [--set SET] [--questions 250] > feedback.md
    python benchmarks/feedback.py ../shared/data --pictures 100000    the time that judgements add, on made-up rows

Half of the pictures of each class can be judged, and MAP@R is measured on the other half: no figure grows for showing
what was judged. In each round the five best answers that were not judged yet are judged, by their class. `linear` is
the linear model over all channels alone, from three of each on; `shipped` has it beside the rest. `shared` is the near
miss: of the quarter of right pictures that is most like an unliked one (as when they share a background), the share
found among the first R.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from labelled_libraries import SETS, interval, map_at_r, opened
from lookalike.search.ranking.feedback import AWAY, EACH, LEAST, Judged, adjusted, linear_model
from results import made

JUDGED_AT_ONCE = 5
TOLD = (1, 3, 5)
Scores = NDArray[np.float32]
Way = Callable[[Scores, int, Sequence[int], Sequence[int]], Scores]
"""(n, n) likeness, question, liked, unliked -> (n,) scores."""


def nothing(likeness: Scores, asked: int, _liked: Sequence[int], _unliked: Sequence[int]) -> Scores:
    return np.asarray(likeness[asked])


def rocchio(likeness: Scores, asked: int, liked: Sequence[int]) -> Scores:
    count = len(liked)
    return np.asarray((likeness[asked] + EACH * likeness[list(liked)].sum(axis=0)) / (1 + EACH * count), np.float32)


def liked_alone(likeness: Scores, asked: int, liked: Sequence[int], _unliked: Sequence[int]) -> Scores:
    return rocchio(likeness, asked, liked)


def plain_minus(amount: float) -> Way:
    """A minus that takes from all that is like what is unliked."""

    def scored(likeness: Scores, asked: int, liked: Sequence[int], unliked: Sequence[int]) -> Scores:
        near = likeness[list(unliked)].max(axis=0, initial=0)
        return np.asarray(rocchio(likeness, asked, liked) - amount * near, np.float32)

    return scored


def guarded(likeness: Scores, asked: int, liked: Sequence[int], unliked: Sequence[int]) -> Scores:
    """A minus that takes only what is more like the unliked than like all that is wanted."""
    wanted = likeness[[asked, *liked]].max(axis=0)
    near = likeness[list(unliked)].max(axis=0, initial=0)
    return np.asarray(rocchio(likeness, asked, liked) - AWAY * np.maximum(0, near - wanted), np.float32)


def linear(likeness: Scores, asked: int, liked: Sequence[int], unliked: Sequence[int]) -> Scores:
    """The linear model alone, from three of each on."""
    if min(len(liked), len(unliked)) < LEAST:
        return guarded(likeness, asked, liked, unliked)
    known = np.array([*liked, *unliked])
    return linear_model(likeness[asked], likeness[known], known, np.arange(len(known)) < len(liked))


def shipped(likeness: Scores, asked: int, liked: Sequence[int], unliked: Sequence[int]) -> Scores:
    known = np.array([*liked, *unliked], np.int64)
    return adjusted(likeness[asked], likeness[known], known, np.arange(len(known)) < len(liked)).scores


WAYS: dict[str, Way] = {
    "nothing": nothing,
    "liked alone": liked_alone,
    "minus 0.25": plain_minus(0.25),
    "minus 0.5": plain_minus(0.5),
    "guarded": guarded,
    "linear": linear,
    "shipped": shipped,
}


@dataclass
class Simulated:
    """By round, MAP@R of each question; of the near misses the share that is found."""

    rounds: dict[int, list[float]] = field(default_factory=lambda: {at: [] for at in (0, *TOLD)})
    shared: list[float] = field(default_factory=list)


def simulated(
    likeness: Scores, classes: NDArray[np.int64], asked: Sequence[int], pool: NDArray[np.bool_]
) -> dict[str, Simulated]:
    found = {name: Simulated() for name in WAYS}
    for question in asked:
        for name, way in WAYS.items():
            one_question(likeness, classes, question, pool, way, found[name])
    return found


def one_question(
    likeness: Scores, classes: NDArray[np.int64], question: int, pool: NDArray[np.bool_], way: Way, into: Simulated
) -> None:
    right = classes == classes[question]
    measured = np.flatnonzero(~pool & (np.arange(len(pool)) != question))
    may_be_judged = np.flatnonzero(pool & (np.arange(len(pool)) != question))
    liked: list[int] = []
    unliked: list[int] = []
    into.rounds[0].append(map_at_r(likeness[question][measured], right[measured]))
    for at in range(1, max(TOLD) + 1):
        scores = way(likeness, question, liked, unliked)[may_be_judged]
        ranked = may_be_judged[np.argsort(-scores, kind="stable")]
        fresh = ranked[~np.isin(ranked, [*liked, *unliked])][:JUDGED_AT_ONCE].tolist()
        liked += [each for each in fresh if right[each]]
        unliked += [each for each in fresh if not right[each]]
        if at in TOLD:
            scores = way(likeness, question, liked, unliked)[measured]
            into.rounds[at].append(map_at_r(scores, right[measured]))
    if unliked:
        near = likeness[unliked].max(axis=0)
        mine = measured[right[measured]]
        shared = mine[near[mine] >= np.quantile(near[mine], 0.75)]
        first = measured[np.argsort(-way(likeness, question, liked, unliked)[measured], kind="stable")[: len(mine)]]
        into.shared.append(float(np.isin(shared, first).mean()))


def of_set(data: Path, name: str, libraries: Path, questions: int) -> None:
    rng = np.random.default_rng(0)
    known = opened(data, name, libraries)
    likeness, classes = known.likeness(), known.classes
    pool = np.zeros(len(classes), bool)
    for each in np.unique(classes):
        members = rng.permutation(np.flatnonzero(classes == each))
        pool[members[: len(members) // 2]] = True
    few = [each for each in np.unique(classes) if (~pool & (classes == each)).sum() < 2]
    asked = [at for at in rng.permutation(len(classes)).tolist() if classes[at] not in few][:questions]
    print(f"\n## {name}\n\n{len(classes)} pictures, {len(np.unique(classes))} classes, {len(asked)} questions.\n")
    print("| way | MAP@R at first | " + " | ".join(f"gain after {at}" for at in TOLD) + " | shared |")
    print("|---|---|" + "---|" * (len(TOLD) + 1))
    groups = [int(classes[at]) for at in asked]
    outcomes = simulated(likeness, classes, asked, pool)
    for way, found in outcomes.items():
        first = np.array(found.rounds[0])
        gains = [interval((np.array(found.rounds[at]) - first).tolist(), groups, rng) for at in TOLD]
        shared = f"{np.mean(found.shared):.3f}" if found.shared else ""
        print(f"| {way} | {first.mean():.3f} | {' | '.join(gains)} | {shared} |", flush=True)
    last, before = (np.array(outcomes[way].rounds[max(TOLD)]) for way in ("shipped", "guarded"))
    print(f"\nThe linear model beside the rest, after {max(TOLD)}: {interval((last - before).tolist(), groups, rng)}")


def time_added(count: int) -> None:
    """Milliseconds of CPU of a ranking without and with judgements, of made-up rows of the default channels."""
    from lookalike.describe import DESCRIBERS
    from lookalike.index.current import current
    from lookalike.index.derived import Derived
    from lookalike.search.ranking.channels import channels_of
    from lookalike.search.ranking.engine import UNJUDGED, Engine
    from lookalike.search.ranking.fuse import FUSERS
    from lookalike.store import create_store
    from lookalike.types import Content, Stamp

    rng = np.random.default_rng(0)
    channels = channels_of([DESCRIBERS.make(name) for name in ("convnet", "histogram", "phash")])
    with tempfile.TemporaryDirectory() as folder:
        store = create_store(Path(folder) / "library")
        with store.writing():
            for each in channels:
                with store.transaction():
                    store.add_space(each.describer.space, "{}")
            for start in range(0, count, 5000):
                size = min(5000, count - start)
                contents = [Content(f"{start + at:064x}", 1, (2, 2), "jpeg") for at in range(size)]
                with store.transaction():
                    ids = store.put_contents(contents)
                    store.put_records(
                        [(f"/{start + at}", Stamp(1, 1, 1, 1), c.sha256) for at, c in enumerate(contents)]
                    )
                    for each in channels:
                        store.put(each.describer.space, ids, rows(each.describer.space, size, rng))
        derived = Derived(Path(folder) / "indexes")
        indexes = {each.describer.space: current(derived, store, each.describer.space) for each in channels}
        engine, fuser = Engine(store, indexes.__getitem__), FUSERS.make("weighted")
        asked = {each: rows(each.describer.space, 1, rng) for each in channels}
        everything = store.ids()
        print(f"\n## {count} pictures of made-up rows\n\n| judged | ms of CPU, median of 9 | added |\n|---|---|---|")
        before = 0.0
        for size in (0, 3, 10, 25):
            chosen = rng.choice(everything, 2 * size, replace=False)
            judged = Judged(np.sort(chosen[:size]), np.sort(chosen[size:]), channels) if size else UNJUDGED
            taken = []
            for _ in range(9):
                started = time.process_time()
                engine.rank([asked], fuser, k=50, judged=judged)
                taken.append(1000 * (time.process_time() - started))
            middle = float(np.median(taken))
            before = middle if size == 0 else before
            print(f"| {size} liked, {size} not | {middle:.0f} | {middle - before:+.0f} |", flush=True)
        store.close()


def rows(space, count: int, rng: np.random.Generator):  # type: ignore[no-untyped-def]
    if space.metric == "hamming":
        return rng.integers(0, 256, (count, space.columns)).astype(np.uint8)
    made_up = np.abs(rng.standard_normal((count, space.columns), np.float32))
    return made_up / np.linalg.norm(made_up, axis=1, keepdims=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--libraries", type=Path, metavar="DIR", help="where the libraries of the sets are kept")
    parser.add_argument("--set", dest="sets", action="append", choices=list(SETS))
    parser.add_argument("--questions", type=int, default=250)
    parser.add_argument("--pictures", type=int, metavar="N", help="measure time alone, on N made-up pictures")
    given = parser.parse_args()
    print("\n".join(["# What judgements bring", "", *made("feedback.py")]), flush=True)
    if given.pictures:
        time_added(given.pictures)
        return
    with tempfile.TemporaryDirectory() as place:
        for name in given.sets or SETS:
            of_set(given.data, name, given.libraries or Path(place), given.questions)


if __name__ == "__main__":
    main()
