"""Labels that pictures of the library may want, from those that others have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.search.classification.classify import Classifier
from lookalike.search.classification.evidence import similarities_to, stored_rows
from lookalike.search.classification.model import NONE, RIGHT
from lookalike.types import Ids, Record, Vectors

AT_ONCE: Final = 64
"""Pictures for which the library is read once."""


@dataclass(frozen=True)
class Suggestion:
    """A label, or KEY=VALUE, for the picture at `path`, which it has not; nothing is written.

    `probability` is that it is right, `none` that no label of the library is; None where nothing could be learned of
    them. `best` is the path of the picture with that label that is most alike.
    """

    path: str
    label: str
    probability: float | None
    none: float | None
    best: str


def suggestions(classifier: Classifier, by: str, contents: Ids, least: float) -> Iterator[Suggestion]:
    """At most one for each file of these contents, ascending, each asked about as if it had no label itself."""
    store = classifier.votes.store
    for start in range(0, len(contents), AT_ONCE):
        ids, scores, similarities = _scores(classifier, contents[start : start + AT_ONCE])
        if not len(ids):
            continue
        first = scores.argmax(axis=1)
        told = None if classifier.judge is None else classifier.judge.probabilities(scores, classifier.classes.names)
        nearest = classifier.nearest(np.nan_to_num(similarities, nan=-1), first)
        paths = {record.id: record.path for record in store.records(np.unique(nearest))}
        place = {id: at for at, id in enumerate(ids.tolist())}
        for record in store.records(ids):
            at = place[record.id]
            name = classifier.classes.names[int(first[at])]
            right, none = (None, None) if told is None else (float(told[at, RIGHT]), float(told[at, NONE]))
            likely = right is None or right >= least
            if likely and scores[at, first[at]] >= 0 and not _has(record, by, name):
                label = name if by == "label" else f"{by.lower()}={name}"
                yield Suggestion(record.path, label, right, none, paths[int(nearest[at])])


def _scores(classifier: Classifier, ids: Ids) -> tuple[Ids, NDArray[np.float32], NDArray[np.float32]]:
    """Contents that all channels know, their (q, c) scores and (q, n) similarities, without each itself."""
    votes, classes = classifier.votes, classifier.classes
    channels = [channel for channel in votes.channels if channel.weight > 0]
    for channel in channels:
        ids = np.intersect1d(ids, _known(votes.store.vectors(channel.describer.space, ids)))
    rows = stored_rows(votes.store, channels, ids)
    if not rows:
        empty = np.empty((0, 0), np.float32)
        return ids[:0], empty, empty
    similarities = similarities_to(votes.store, rows, classes.ids)
    similarities[ids[:, None] == classes.ids[None, :]] = np.nan
    return ids, votes.scores(similarities, classes), similarities


def _known(batches: Iterator[tuple[Ids, Vectors]]) -> Ids:
    found: Sequence[Ids] = [ids for ids, _ in batches]
    return np.concatenate(found) if found else np.empty(0, np.int64)


def _has(record: Record, by: str, name: str) -> bool:
    """Whether it has the label, or any value of the key, of which it can have one."""
    if by == "label":
        return any(label.name == name and not label.value for label in record.labels)
    return any(label.name == by.lower() and label.value for label in record.labels)
