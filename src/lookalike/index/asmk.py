"""Inverted lists with one entry a word of each picture: its features there, summed and reduced to signs.

[Tolias, Avrithis & Jegou, To aggregate or not to aggregate: selective match kernels for image search, ICCV 2013]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.index.ballot import first_of_runs
from lookalike.index.columns import Lists, Owners, Signatures
from lookalike.index.grown import Grown
from lookalike.index.lists import ListMaker
from lookalike.index.vocabulary import BITS, Vocabulary, signs
from lookalike.types import Vectors


@dataclass(frozen=True)
class AggregatedKernel(ListMaker):
    """A word that both have is worth a power of how far their signs agree; a picture of many words counts less."""

    name: ClassVar[str] = "asmk"
    revision: ClassVar[int] = 1

    probes: int = 2
    """Words that a feature of a question belongs to."""
    near: int = 26
    """Bits in which signs may differ."""
    power: float = 3.0
    """Exponent of the cosine of signs."""

    def entries(self, words: Vocabulary, of: Owners, rows: Vectors) -> tuple[Owners, Lists, Signatures]:
        """One for each word of a picture."""
        own = words.nearest(rows, 1)
        return _summed(of, own[:, 0], words.projected(rows, own)[:, 0])

    def votes(self, words: Vocabulary, held: Grown, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """The kernel, less the norm of the question, which is the same for all."""
        asked = words.nearest(rows, self.probes)
        projected = words.projected(rows, asked).reshape(-1, BITS)
        _, own, mine = _summed(np.zeros(asked.size, np.int64), asked.ravel(), projected)
        alike = held.scan(own.astype(np.int64), mine, self.near)
        agreement = _cosines(self.power)[alike.apart] * np.square(held.rarity[own[alike.question]])
        sums = np.bincount(alike.owner, weights=agreement, minlength=len(held.owners))
        return np.asarray(sums / np.sqrt(held.sizes), np.float64)


def _summed(of: Owners, words: NDArray[np.int64], projected: NDArray[np.float32]) -> tuple[Owners, Lists, Signatures]:
    """By picture, then word: the signs of the sum of what lies there."""
    order = np.lexsort((words, of))
    of, words = of[order], words[order]
    first = np.flatnonzero(first_of_runs(of, words))
    sums = np.add.reduceat(projected[order], first) if len(first) else projected
    return of[first], words[first].astype(np.int32), signs(sums)


def _cosines(power: float) -> NDArray[np.float64]:
    """(65,) of signs that differ in 0, 1, ... bits, to that power; 0 where they disagree more than they agree."""
    cosines: NDArray[np.float64] = np.maximum(1 - 2 * np.arange(BITS + 1) / BITS, 0) ** power
    return cosines
