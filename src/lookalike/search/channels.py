"""Channels: a describer, what the store holds of it, and how much it counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.describe import DESCRIBERS
from lookalike.errors import BadQuery, LookalikeError, SpaceMismatch, UnknownName
from lookalike.index.similarity import similarity
from lookalike.protocols import Describer, Store
from lookalike.search.sample import Sample
from lookalike.types import Ids, Vectors

DEFAULT_DESCRIBERS = ("convnet", "histogram", "phash")
DEFAULT_WEIGHTS: Mapping[str, float] = {"convnet": 1.0, "histogram": 0.1, "phash": 0.25}
"""Of a channel that is not named here: 0, unless the question names it."""


@dataclass(frozen=True)
class Channel:
    """One way of comparing, and its share in the score."""

    describer: Describer
    weight: float

    @property
    def name(self) -> str:
        return self.describer.name

    def describe(self, samples: Sequence[Sample]) -> Vectors:
        """(views, d)"""
        return self.describer.describe([sample.picture(self.describer.min_side) for sample in samples])

    def alike(self, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """Similarities on the scale that channels share: 0 as of unrelated pictures, 1 as of one with itself."""
        floor = np.float32(self.describer.unrelated)
        return np.asarray(np.clip((scores - floor) / (1 - floor), 0, 1), np.float32)

    def similarities(self, store: Store, queries: Vectors, ids: Ids) -> NDArray[np.float32]:
        """(views, len(ids)) exact similarities to the vectors in the store; NaN where there is none."""
        scores = np.full((len(queries), len(ids)), np.nan, np.float32)
        for found, vectors in store.vectors(self.describer.space, ids):
            scores[:, np.searchsorted(ids, found)] = similarity(self.describer.space, queries, vectors)
        return scores


def describers_of(store: Store) -> list[Describer]:
    """One for each space that this program can still fill and ask; a space of another revision is left alone."""
    describers = []
    for space in store.spaces():
        try:
            describer = DESCRIBERS.restore(store.configuration(space))
        except LookalikeError:  # of a package that is not installed here, or of fields that are no more
            continue
        if describer.space == space:
            describers.append(describer)
    return describers


def channels_of(describers: Sequence[Describer], by: Mapping[str, float] | None = None) -> list[Channel]:
    """Those that `by` names with its weights, else all with the default weights."""
    known = {describer.name: describer for describer in describers}
    if not known:
        raise SpaceMismatch(
            "the library has no space that this version can ask; run `lookalike index PATH` to fill one"
        )
    if by is None:
        by = {name: DEFAULT_WEIGHTS.get(name, 0.0) for name in known}
        by = by if any(by.values()) else dict.fromkeys(known, 1.0)
    for name, weight in by.items():
        if name not in known:
            if name in DESCRIBERS:
                raise SpaceMismatch(
                    f"the library has no {name!r} vectors, only {', '.join(sorted(known))}; "
                    f"add them with `lookalike index PATH --describer {name}`"
                )
            raise UnknownName("describer", name, DESCRIBERS)
        if not 0 <= weight < float("inf"):
            raise BadQuery(f"the weight of {name!r} must be 0 or more, not {weight}")
    if not any(by.values()):
        raise BadQuery("at least one channel needs a weight above 0")
    return [Channel(known[name], weight) for name, weight in by.items()]


def describers_to_fill(store: Store, named: Sequence[Describer]) -> list[Describer]:
    """Those the store has and those that are named; for a new library without a name, the defaults."""
    there = describers_of(store)
    if not there and not named:
        return [DESCRIBERS.make(name) for name in DEFAULT_DESCRIBERS]
    return list(dict.fromkeys([*there, *named]))
