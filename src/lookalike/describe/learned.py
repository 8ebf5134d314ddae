"""Describers that learn from a sample of the pictures before they describe any."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.rows import stacked
from lookalike.errors import NotFitted, TooFew
from lookalike.models.fitted import Fitted
from lookalike.protocols import Describer
from lookalike.registry import digest, spelling
from lookalike.types import Picture, Space, Vectors

Row: TypeAlias = NDArray[np.float64]
Rows: TypeAlias = NDArray[np.float32]
Arrays: TypeAlias = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Learned(ABC):
    """A describer that learns: `Fittable`, with the arrays that were fitted as one of the fields."""

    name: ClassVar[str]

    components: int = 32
    """Parts that are learned."""
    sample: int = 2000
    """Pictures that are learned from at most: chosen by chance, so that memory does not grow with the library."""
    seed: int = 0
    """Seed for the choice, and for what is random in learning."""
    fitted: Fitted | None = None
    """Arrays that were learned; None until `index` has fitted it."""

    def __post_init__(self) -> None:
        if not 1 <= self.components <= 4096:
            raise ValueError(f"components must be from 1 to 4096, not {self.components}")
        if self.sample < self.least:
            raise ValueError(f"{self.components} components need a sample of {self.least} or more, not {self.sample}")
        if self.seed < 0:
            raise ValueError(f"seed must not be negative, but is {self.seed}")
        if self.fitted is not None:
            shapes = {name: array.shape for name, array in self.fitted.arrays.items()}
            if shapes != self.shapes:
                raise ValueError(f"what is fitted has the shapes {shapes}, these settings need {self.shapes}")

    @property
    @abstractmethod
    def seen(self) -> Describer:
        """Describer whose rows it learns from."""

    @property
    @abstractmethod
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shapes of the arrays that are fitted, by name."""

    @abstractmethod
    def learn(self, rows: Rows) -> Mapping[str, NDArray[Any]]:
        """The arrays, from (n, d) rows of which `least` at least differ."""

    @abstractmethod
    def rows(self, pictures: Sequence[Picture], arrays: Arrays) -> Iterable[Row]:
        """(columns,) of each picture."""

    @property
    def least(self) -> int:
        """Different pictures that it takes."""
        return self.components

    @property
    def weight_digests(self) -> tuple[str, ...]:
        """A row is as much of what is seen as of what was learned."""
        return (digest(self.seen),)

    @property
    @abstractmethod
    def space(self) -> Space: ...

    @property
    def min_side(self) -> int:
        """Side that the describer it learns from needs."""
        return self.seen.min_side

    def fit(self, rows: Vectors) -> Self:
        """A copy fitted to (n, d) rows of `seen`; raises `TooFew` where they are too few, or too alike."""
        numbers = as_numbers(self.seen.space, rows)
        different = _different(numbers, self.least)
        if different < self.least:
            raise self.too_few(
                f"{self.name} needs {self.least} different pictures to learn "
                f"{self.components} component{'s' * (self.components > 1)}, and "
                f"there {'is' if different == 1 else 'are'} {different}",
                bisect_right(range(1, self.components + 1), different, key=lambda count: self._fewer(count).least),
            )
        return replace(self, fitted=Fitted.of(self.learn(numbers)))

    def too_few(self, found: str, most: int) -> TooFew:
        """Error that says that `found` is enough for `most` components, 0: for none."""
        return TooFew(found, most, spelling(self._fewer(max(most, 1))))

    def _fewer(self, components: int) -> Self:
        return replace(self, components=components, fitted=None)

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, columns); raises `NotFitted` before `fit`."""
        arrays = self.arrays
        return stacked(self.space, self.rows(pictures, arrays))

    @property
    def arrays(self) -> Arrays:
        """Arrays that were learned; raises `NotFitted` before."""
        if self.fitted is None:
            raise NotFitted(
                f"{self.name} has learned nothing yet: `lookalike index PATH --describer {spelling(self)}` fits it to "
                "the pictures of a library"
            )
        return self.fitted.arrays


@contextmanager
def unconverged() -> Iterator[None]:
    """Learning may stop early: parts that could still get a little better are parts."""
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


def unit_rows(rows: NDArray[Any]) -> NDArray[Any]:
    """Each at unit norm, or 0."""
    unit: NDArray[Any] = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return unit


def _different(rows: Rows, enough: int) -> int:
    """How many of the rows differ from each other; counted no further than `enough`."""
    found: set[bytes] = set()
    for row in rows:
        if len(found) == enough:
            break
        found.add(row.tobytes())
    return len(found)


def as_numbers(space: Space, rows: Vectors) -> Rows:
    """(n, dim) float32; bits as 0 and 1."""
    numbers = np.unpackbits(np.asarray(rows, np.uint8), axis=1) if space.metric == "hamming" else rows
    return np.ascontiguousarray(numbers, np.float32)
