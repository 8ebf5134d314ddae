"""Questions with known answers among a library's own pictures, as each channel sees them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadQuery
from lookalike.index.similarity import similarity
from lookalike.pixels.augment import EDITS
from lookalike.protocols import Store
from lookalike.search.calibration.copy_plan import plan_copies
from lookalike.search.calibration.edited_copies import Copies, copy_jobs, describe_copies
from lookalike.search.classes import Classes
from lookalike.search.ingest.options import Options, Progress
from lookalike.search.ranking.channels import Channel
from lookalike.search.stored_vectors import rows_of
from lookalike.types import Ids, Record, Vectors

MOST: Final = 2000
"""Pictures that are compared with each other, drawn at random from more."""
LEAST: Final = 4
"""Classes, questions or originals that are needed: with fewer nothing can be left out."""
Scores = NDArray[np.float32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Evidence:
    """q questions to n pictures: which are `right` (q, n), which are `counted`, and the group (q,) of each question.

    `near` (n, n) and `asked` (q, n) are by channel, on the scale that channels share, 0 where a row is missing. What
    one group taught is judged on others alone.
    """

    asked: Mapping[str, Scores]
    near: Mapping[str, Scores]
    right: Flags
    counted: Flags
    groups: NDArray[np.int64]
    source: str
    channels: Sequence[Channel] = field(default=(), repr=False)

    def answered(self) -> Evidence:
        """Questions that have a right answer and a wrong one; raises `BadQuery` where too few groups are left."""
        some = (self.right & self.counted).any(axis=1) & (~self.right & self.counted).any(axis=1)
        if len(np.unique(self.groups[some])) < LEAST:
            raise BadQuery(
                f"{self.source} give questions of {len(np.unique(self.groups[some]))} group(s), and {LEAST} are needed "
                "to learn from some and judge on others: label, judge or index more pictures"
            )
        asked = {name: scores[some] for name, scores in self.asked.items()}
        return replace(self, asked=asked, right=self.right[some], counted=self.counted[some], groups=self.groups[some])


def of_classes(store: Store, channels: Sequence[Channel], by: str, rng: np.random.Generator) -> Evidence:
    """Each picture for the others of its class, as `members_of` names them."""
    classes = Classes.of(store, by)
    of = np.full(len(classes.ids), -1, np.int64)
    for number, members in enumerate(classes.members):
        of[members] = number  # one that is of several counts for the last
    return of_groups(store, channels, classes.ids, of, f"classes by {by}", rng)


def of_groups(
    store: Store,
    channels: Sequence[Channel],
    ids: Ids,
    of: NDArray[np.int64],
    source: str,
    rng: np.random.Generator,
) -> Evidence:
    """Each of the contents, ascending, for the others of its group (n,)."""
    kept = np.sort(rng.permutation(len(of))[:MOST])
    ids, of = ids[kept], of[kept]
    near = _near(store, channels, ids)
    return Evidence(near, near, of[:, None] == of[None], ~np.eye(len(of), dtype=bool), of, source, channels)


def of_judgements(store: Store, channels: Sequence[Channel]) -> Evidence:
    """Each liked picture, and the one that was asked about, for the liked ones of its question."""
    by_question: dict[str, dict[str, bool]] = defaultdict(dict)
    for row in store.lessons.judgements():
        by_question[row.question][row.sha256] = row.liked
        for part in row.question.split("\n"):
            if len(part) == 64:
                by_question[row.question].setdefault(part, True)
    known = {
        sha256: id for sha256, (id, _) in store.contents({s for each in by_question.values() for s in each}).items()
    }
    ids = np.array(sorted(set(known.values())), np.int64)
    rows: list[int] = []
    right, counted, groups = [], [], []
    for number, judged in enumerate(by_question.values()):
        places = {int(np.searchsorted(ids, known[s])): liked for s, liked in judged.items() if s in known}
        for place in (place for place, liked in places.items() if liked):
            rows.append(place)
            groups.append(number)
            counted.append(np.isin(np.arange(len(ids)), [each for each in places if each != place]))
            right.append(np.isin(np.arange(len(ids)), [each for each, liked in places.items() if liked]))
    if not rows:
        raise BadQuery("nothing was judged yet: `lookalike search QUERY --like PATH --unlike PATH` keeps judgements")
    near = _near(store, channels, ids)
    asked = {name: scores[rows] for name, scores in near.items()}
    return Evidence(asked, near, np.array(right), np.array(counted), np.array(groups), "judgements", channels)


def of_copies(
    store: Store, channels: Sequence[Channel], originals: int, options: Options, seed: int
) -> Evidence | None:
    """Edited copies of pictures for their originals; None when `options.should_stop` ended it."""
    first: dict[int, Record] = {}
    for record in store.records():
        first.setdefault(record.id, record)
    rng = np.random.default_rng(seed)
    records = [first[id] for id in np.sort(rng.permutation(sorted(first))[:MOST]).tolist()]
    ids = np.array([record.id for record in records], np.int64)
    plan = plan_copies(len(records), originals, rng)
    plan = replace(plan, absent=plan.absent[:0], backdrops=plan.backdrops[: len(plan.there)])
    place = {record.content.sha256: at for at, record in enumerate(records)}
    found: list[tuple[int, Copies]] = []
    outcomes = describe_copies(
        copy_jobs(records, plan, tuple(EDITS), seed, options.limits),
        [channel.describer for channel in channels],
        workers=options.workers,
        limits=options.limits,
    )
    for done, outcome in enumerate(outcomes, 1):
        if isinstance(outcome, Copies):
            found.append((place[outcome.original.sha256], outcome))
        options.on_commit(Progress(len(plan.there), done, done - len(found)))
        if options.should_stop():
            return None
    if not found:
        raise BadQuery("no picture of this library can be read, so none can be edited: are its folders there?")
    found.sort(key=lambda pair: pair[0])
    of = np.concatenate([np.full(len(copies.transforms), at) for at, copies in found])
    asked = {
        channel.name: _scores(channel, store, np.concatenate([c.rows[channel.describer.space] for _, c in found]), ids)
        for channel in channels
    }
    right = of[:, None] == np.arange(len(ids))[None]
    counted = np.ones(right.shape, bool)
    return Evidence(asked, _near(store, channels, ids), right, counted, of.astype(np.int64), "edited copies", channels)


def _near(store: Store, channels: Sequence[Channel], ids: Ids) -> dict[str, Scores]:
    return dict(_pairs(store, channels, ids))


def _pairs(store: Store, channels: Sequence[Channel], ids: Ids) -> Iterator[tuple[str, Scores]]:
    for channel in channels:
        found, rows = rows_of(store, channel.describer.space, ids)
        scores = np.zeros((len(ids), len(ids)), np.float32)
        at = np.searchsorted(ids, found)
        scores[np.ix_(at, at)] = channel.alike(similarity(channel.describer.space, rows, rows))
        yield channel.name, scores


def _scores(channel: Channel, store: Store, rows: Vectors, ids: Ids) -> Scores:
    return channel.alike(np.nan_to_num(channel.similarities(store, rows, ids)))
