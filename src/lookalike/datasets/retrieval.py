"""The question that most tasks come down to: which of these pictures belong to this one?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Task: TypeAlias = Literal["folder", "groups", "pairs", "copies", "captions"]
Places: TypeAlias = NDArray[np.int64]
"""(n,) places in `Retrieval.pictures`, ascending."""


@dataclass(frozen=True, eq=False)
class Retrieval:
    """Queries to a base of pictures, and for each which of the base is right and which is not to be counted.

    A query that is itself in the base is never its own answer. `groups` (q,) numbers, from 0, the class or the object
    of each query: figures vary with the choice of these, not of single queries. `kinds` (q,) names what was done to
    each query, where something was. A query may have no answer: it counts only where a threshold has to reject.
    `left_out` counts what was excluded, by why.
    """

    name: str
    task: Task
    pictures: tuple[str, ...]
    queries: Places
    base: Places
    relevant: tuple[Places, ...]
    groups: NDArray[np.int64]
    junk: tuple[Places, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        count = len(self.queries)
        if (np.diff(self.base) <= 0).any():
            raise ValueError("places of the base must ascend")
        if not len(self.relevant) == len(self.groups) == count or not {len(self.junk), len(self.kinds)} <= {0, count}:
            raise ValueError(f"{count} queries need so many answers and groups")

    @property
    def group_count(self) -> int:
        """Different classes or objects that are asked about."""
        return int(self.groups.max(initial=-1)) + 1

    @property
    def answered(self) -> NDArray[np.bool_]:
        """(q,) whether there is anything to be found."""
        return np.array([len(places) > 0 for places in self.relevant], bool)


def with_distractors(task: Retrieval, paths: Sequence[str]) -> Retrieval:
    """A task with these questions to a base that holds `paths` as well, none of which is ever right."""
    count = len(task.pictures)
    return replace(
        task,
        pictures=(*task.pictures, *paths),
        base=np.concatenate([task.base, count + np.arange(len(paths))]).astype(np.int64),
    )


def by_label(
    name: str, task: Task, pictures: Sequence[str], labels: Sequence[str], left_out: Mapping[str, int]
) -> Retrieval:
    """Each picture asks for the others of its label; one that is alone with it asks nothing, but may be found."""
    _, numbers = np.unique(np.array(labels, dtype=object).astype(str), return_inverse=True)
    members = [np.flatnonzero(numbers == number) for number in range(numbers.max(initial=-1) + 1)]
    queries = np.array([at for at, number in enumerate(numbers) if len(members[number]) > 1], np.int64)
    alone = len(pictures) - len(queries)
    relevant = tuple(members[numbers[at]][members[numbers[at]] != at] for at in queries)
    _, groups = np.unique(numbers[queries], return_inverse=True)
    counts = dict(left_out) | ({"alone in its class, so not asked": alone} if alone else {})
    return Retrieval(
        name, task, tuple(pictures), queries, np.arange(len(pictures)), relevant, groups.astype(np.int64), (), counts
    )
