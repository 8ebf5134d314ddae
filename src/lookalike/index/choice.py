"""Kind and settings of the index of a space: the first that fits into memory and is measured to find enough.

Nothing but the order of what is tried is fixed beforehand.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from lookalike.errors import BadSetting
from lookalike.figures import file_size, score
from lookalike.finders import Index, IndexMaker
from lookalike.index import INDEXES
from lookalike.index.recall import Reached, Truth, least_effort, truth_of
from lookalike.protocols import Store
from lookalike.types import Ids, Space, Vectors

APPROXIMATE_FROM = 20_000
"""Vectors; below, comparing every row costs a few ms at most."""
AUTO: Final = "auto"
ASKED: Final = 1000
"""Rows of a library that ask, at most, when an index is measured."""
SAMPLE: Final = 40_000
"""Vectors that an index is trained on, at most; or a few for each list."""
EACH_LIST: Final = 40
TRIED: Final = ("pq", "pq:columns=512", "ivf", "ivf:codes=half", "flat", "disk", "disk:codes=half")
"""Kinds in the order in which they are tried, as far as they fit: from small to large, then with lists on disk."""
LEAST_LISTS: Final = 512


@dataclass(frozen=True)
class Wanted:
    """A wish for the indexes of a library's vectors.

    `recall` is the share of the ten best that is to be found; `memory` in bytes is for all of them, a quarter of the
    machine's where None; `kind`, as NAME or NAME:FIELD=VALUE, is not to be chosen where it is not 'auto'.
    """

    recall: float = 0.98
    memory: int | None = None
    kind: str = AUTO

    def __post_init__(self) -> None:
        if not 0 < self.recall <= 1:
            raise BadSetting(f"a recall is above 0 and at most 1, not {self.recall}: 0.98 finds 98 of 100 of the best")
        if self.memory is not None and self.memory < 1:
            raise BadSetting(f"memory is a number of bytes above 0, not {self.memory}: 4GB, for example")
        if self.kind != AUTO:
            INDEXES.spelled(self.kind)

    def but(self, recall: float | None = None, memory: int | None = None, kind: str | None = None) -> Wanted:
        """A wish with what is told, and else as this one."""
        return Wanted(
            self.recall if recall is None else recall,
            self.memory if memory is None else memory,
            self.kind if kind is None else kind,
        )

    @property
    def bytes(self) -> int:
        """Memory for all indexes."""
        return self.memory or machine_memory() // 4


@dataclass(frozen=True, eq=False)
class Chosen:
    """An index, how it was measured (None where it is exact and nothing was), and what is to be said of it, or ''."""

    index: Index
    recall: float | None = None
    ms: float | None = None
    remark: str = ""


def is_exact(space: Space, n: int, wanted: Wanted) -> bool:
    """Whether every row is compared: of few rows, of bits, which are quick to compare, and by l1.

    Not where a kind is named that takes the space.
    """
    if _named(space, wanted) is not None:
        return False
    return n < APPROXIMATE_FROM or space.metric not in ("cosine", "l2")


def choose(store: Store, space: Space, ids: Ids, wanted: Wanted, memory: int) -> Chosen:
    """An index of these rows within `memory` that finds as much as is wanted; else the one that finds most.

    One that needs all of its effort for it is compared with the next, and the quicker is taken.
    """
    if is_exact(space, len(ids), wanted):
        return Chosen(filled(INDEXES.make("flat"), store, space, ids))
    truth = _truth(store, space, ids)
    best: Reached | None = None
    for maker in plans(space, len(ids), wanted, memory):
        reached = least_effort(filled(maker, store, space, ids), truth, partial(store.vectors, space), wanted.recall)
        if best is None or _is_better(reached, best, wanted):
            best = reached
        if reached.recall >= wanted.recall and not _takes_all_effort(reached.index.maker):
            break
    assert best is not None
    if best.recall >= wanted.recall:
        return Chosen(best.index, best.recall, best.ms, _too_large(best.index, memory))
    return Chosen(best.index, best.recall, best.ms, _too_low(space, len(ids), best, wanted, memory))


def _is_better(one: Reached, other: Reached, wanted: Wanted) -> bool:
    """Whether it finds more, of what is wanted; or as much in less time."""
    found, before = min(one.recall, wanted.recall), min(other.recall, wanted.recall)
    return (found, -one.ms) > (before, -other.ms)


def _takes_all_effort(maker: IndexMaker) -> bool:
    """Whether a kind of effort is at its most: then another index may do as well in less time."""
    return any(len(values) > 1 and getattr(maker, name) == values[-1] for name, values in maker.efforts.items())


def plans(space: Space, n: int, wanted: Wanted, memory: int) -> list[IndexMaker]:
    """Configurations to try, one at least: those that fit into memory; where none does, the smallest."""
    named = _named(space, wanted)
    if named is not None:
        return [named]
    lists = {"lists": str(lists_for(n))}
    makers = [INDEXES.spelled(each, {} if each == "flat" else lists) for each in TRIED]
    fitting = [maker for maker in makers if maker.bytes(space, n) <= memory]
    return fitting or [min(makers, key=lambda maker: maker.bytes(space, n))]


def lists_for(n: int) -> int:
    """Lists for so many rows: about twice the root of their number."""
    return max(LEAST_LISTS, 1 << round(math.log2(2 * n**0.5)))


def _named(space: Space, wanted: Wanted) -> IndexMaker | None:
    """The kind that is wanted, where one is named and takes the space."""
    maker = None if wanted.kind == AUTO else INDEXES.spelled(wanted.kind)
    return maker if maker is not None and space.metric in maker.metrics else None


def filled(maker: IndexMaker, store: Store, space: Space, ids: Ids) -> Index:
    """An index of these rows."""
    rows = sample_for(maker)
    index = maker.build(space, sampled(store, space, ids, rows) if rows else np.empty((0, space.columns), space.dtype))
    for found, vectors in store.vectors(space, ids):
        index.add(found, vectors)
    return index


def sample_for(maker: IndexMaker) -> int:
    """Vectors that it is trained on, at most."""
    return 0 if maker.name == "flat" else max(SAMPLE, EACH_LIST * int(getattr(maker, "lists", 0)))


def sampled(store: Store, space: Space, ids: Ids, most: int) -> Vectors:
    """At most so many rows, the same for the same ids."""
    chosen = np.random.default_rng(0).choice(ids, min(most, len(ids)), replace=False)
    return _rows(space, store.vectors(space, np.sort(chosen)))[1]


def machine_memory() -> int:
    """Bytes of memory of the machine; 8 GB where the system does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return 8 * 10**9


def _truth(store: Store, space: Space, ids: Ids) -> Truth:
    """Answers of exact search for rows of the library, which are drawn by a fixed seed."""
    chosen = np.sort(np.random.default_rng(1).choice(ids, min(ASKED, len(ids)), replace=False))
    asked, rows = _rows(space, store.vectors(space, chosen))
    return truth_of(space, asked, rows, store.vectors(space, ids))


def _rows(space: Space, batches: Iterator[tuple[Ids, Vectors]]) -> tuple[Ids, Vectors]:
    found = list(batches)
    return (
        np.concatenate([np.empty(0, np.int64), *(ids for ids, _ in found)]),
        np.concatenate([np.empty((0, space.columns), space.dtype), *(rows for _, rows in found)]),
    )


def _too_large(index: Index, memory: int) -> str:
    needed = index.maker.bytes(index.space, len(index))
    if needed <= memory:
        return ""
    return f"it takes {file_size(needed)} of memory, more than its share of {file_size(memory)}: give --memory more"


def _too_low(space: Space, n: int, best: Reached, wanted: Wanted, memory: int) -> str:
    exact = INDEXES.make("flat").bytes(space, n)
    advice = f"exact search takes {file_size(exact)} of {file_size(memory)}: give --memory more, or --recall less"
    return f"it finds {score(best.recall)} of the best, less than the {wanted.recall:g} that is wanted; {advice}"
