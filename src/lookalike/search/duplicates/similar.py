"""Pictures that score high with each other, in groups whose every two members do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadQuery
from lookalike.finders import Finder
from lookalike.index.similarity import paired
from lookalike.protocols import Describer, Store
from lookalike.search.calibration.model import Calibration
from lookalike.search.calibration.thresholds import calibration_of, check_precision, needed
from lookalike.search.duplicates.identical import Group
from lookalike.search.ranking.channels import Channel, channels_of, mean_alike
from lookalike.search.stored_vectors import rows_of
from lookalike.types import Relation, Space

NEIGHBOURS = 32
"""Neighbours of each picture, in each channel: a group cannot be larger."""
NEAREST = 16
"""Contents of each channel that may look most like one."""
BATCH = 512
LEAST = 0.4
"""Scores below are not looked at."""

Pairs = tuple[NDArray[np.int64], NDArray[np.float32]]
"""(m, 2) ids, the smaller first; (m,) scores, falling."""


def check_grouping(relation: Relation, precision: float | None, by: Mapping[str, float] | None) -> None:
    """Raises `BadQuery` where groups are asked for both by geometry and by scores, or by neither."""
    if precision is None and relation == "similar":
        raise BadQuery("dupes finds 'similar' pictures with a precision: lookalike dupes --precision 0.99")
    if precision is None and by is not None:
        raise BadQuery("verified groups do not depend on describers: `by` goes with a precision")
    if precision is not None and relation not in ("identical", "similar"):
        raise BadQuery(f"groups of {relation!r} are verified by geometry, not by scores: leave out the precision")


def lookalikes(store: Store, index: Callable[[Space], Finder], describers: Sequence[Describer], id: int) -> list[int]:
    """Contents that look most like one, by the channels of `describers` that have default weights."""
    found: dict[int, None] = {}
    for channel in channels_of(describers):
        space = channel.describer.space
        _, rows = rows_of(store, space, np.array([id], np.int64))
        if channel.weight > 0 and len(rows):
            found |= dict.fromkeys(index(space).search(rows, NEAREST)[0].ids.tolist())
    return list(found)


def near_groups(
    store: Store, index: Callable[[Space], Finder], channels: Sequence[Channel], precision: float
) -> list[Group]:
    """Groups whose every two members score so high that, as calibrated, that share of such pairs is right."""
    check_precision(precision)
    calibration = needed(calibration_of(store, channels))
    pairs, scores = near_pairs(store, index, channels)
    threshold = threshold_of_pairs(scores, store.count_contents(), calibration, precision)
    return groups_of(store, pairs[scores >= threshold], scores[scores >= threshold])


def near_pairs(store: Store, index: Callable[[Space], Finder], channels: Sequence[Channel]) -> Pairs:
    """All pairs that are near in some channel and score at least `LEAST` in all together."""
    found: list[NDArray[np.int64]] = [np.empty((0, 2), np.int64)]
    for channel in channels:
        if channel.weight > 0:
            space = channel.describer.space
            for ids, vectors in store.vectors(space, store.vector_ids(space), batch=BATCH):
                hits = index(space).search(vectors, NEIGHBOURS + 1)
                left = np.repeat(ids, [len(each) for each in hits])
                found.append(np.stack([left, np.concatenate([each.ids for each in hits])], axis=1))
        found = [np.unique(np.sort(np.concatenate(found), axis=1), axis=0)]
    pairs = found[0][found[0][:, 0] != found[0][:, 1]]
    scores = _scores(store, channels, pairs)
    order = np.lexsort((pairs[:, 1], pairs[:, 0], -scores))
    order = order[scores[order] >= LEAST]
    return pairs[order], scores[order]


def expected_precision(scores: NDArray[np.float32], pictures: int, calibration: Calibration) -> NDArray[np.float64]:
    """(m,) for falling scores: what share of the pairs down to each is no chance, 0 where too little is known.

    Every picture brings strangers as a question without an answer does, and each pair is seen from both sides.
    """
    strangers = [calibration.strangers(float(score)) for score in scores]
    wrong = np.array([np.inf if rate is None else pictures * rate / 2 for rate in strangers])
    return np.clip(1 - wrong / np.arange(1, len(scores) + 1), 0, 1)


def threshold_of_pairs(scores: NDArray[np.float32], pictures: int, calibration: Calibration, precision: float) -> float:
    """The lowest score of a pair down to which that share is no chance; infinite where no pair is good enough."""
    if calibration.tail is None:
        raise BadQuery(
            "this library was calibrated by classes, which says nothing of strangers: "
            "run `lookalike calibrate` without --labels"
        )
    good = np.flatnonzero(expected_precision(scores, pictures, calibration) >= precision)
    return float(scores[good[-1]]) if len(good) else float("inf")


def groups_of(
    store: Store, pairs: NDArray[np.int64], scores: NDArray[np.float32], relation: Relation = "similar"
) -> list[Group]:
    """Complete link: two groups become one where every pair across is among `pairs` [Sorensen 1948]; largest first.

    `pairs` come best first.
    """
    score_of = {(int(a), int(b)): float(score) for (a, b), score in zip(pairs, scores, strict=True)}
    members: dict[int, list[int]] = {}
    weakest: dict[int, float] = {}
    group_of: dict[int, int] = {}
    for a, b in score_of:  # best first
        for id in (a, b):
            if id not in group_of:
                group_of[id], members[id], weakest[id] = id, [id], 1.0
        one, other = group_of[a], group_of[b]
        across = [score_of.get((min(x, y), max(x, y))) for x in members[one] for y in members[other]]
        if one != other and None not in across:
            weakest[one] = min(weakest[one], weakest[other], *(link for link in across if link is not None))
            members[one] += members[other]
            group_of.update(dict.fromkeys(members.pop(other), one))
    groups = [
        Group(relation, weakest[name], tuple(store.records(np.array(sorted(ids), np.int64))))
        for name, ids in members.items()
        if len(ids) > 1
    ]
    groups += _same_bytes(store, set(group_of))
    return sorted(groups, key=lambda group: (-len(group.members), group.members[0].path))


def _same_bytes(store: Store, but: set[int]) -> Iterator[Group]:
    """Files of one content each, of contents that are in no group."""
    for id, records in groupby(store.records(), key=lambda record: record.id):
        files = tuple(records)
        if len(files) > 1 and id not in but:
            yield Group("identical", 1.0, files)


def _scores(store: Store, channels: Sequence[Channel], pairs: NDArray[np.int64]) -> NDArray[np.float32]:
    """(m,)"""
    found = [np.empty(0, np.float32)]
    for start in range(0, len(pairs), BATCH):
        block = pairs[start : start + BATCH]
        own = {channel: _of_channel(store, channel, block) for channel in channels}
        found.append(mean_alike(own))
    return np.concatenate(found)


def _of_channel(store: Store, channel: Channel, pairs: NDArray[np.int64]) -> NDArray[np.float32]:
    """(m,) similarities, NaN where one of the two has no vector."""
    space = channel.describer.space
    ids, rows = rows_of(store, space, np.unique(pairs))
    scores = np.full(len(pairs), np.nan, np.float32)
    there = np.isin(pairs, ids).all(axis=1)
    left, right = (rows[np.searchsorted(ids, pairs[there, side])] for side in (0, 1))
    scores[there] = paired(space, left, right)
    return scores
