"""Inverted lists of visual words with signatures: pictures that share local features with a question, by votes.

[Jegou, Douze & Schmid, Hamming embedding and weak geometric consistency for large scale image search, ECCV 2008;
burstiness: Jegou, Douze & Schmid, On the burstiness of visual elements, CVPR 2009]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.index.ballot import best_of_each
from lookalike.index.columns import Lists, Owners, Signatures
from lookalike.index.grown import Grown
from lookalike.index.lists import ListMaker
from lookalike.index.vocabulary import BITS, Vocabulary
from lookalike.types import Vectors

WIDTH: Final = 16.0
"""Bits: a vote falls with the Hamming distance as a Gaussian of this width."""
_WEIGHTS: Final = np.exp(-np.square(np.arange(BITS + 1) / WIDTH))


@dataclass(frozen=True)
class InvertedLists(ListMaker):
    """Every feature of a picture is an entry, and every feature of a question votes for pictures with one like it."""

    name: ClassVar[str] = "inverted"
    revision: ClassVar[int] = 2

    probes: int = 2
    """Words in whose lists a feature of a question is sought."""
    near: int = 22
    """Bits in which signatures may differ."""

    def entries(self, words: Vocabulary, of: Owners, rows: Vectors) -> tuple[Owners, Lists, Signatures]:
        """Its word and signature of each."""
        own = words.nearest(rows, 1)
        return of, own[:, 0].astype(np.int32), words.signatures(rows, own)[:, 0]

    def votes(self, words: Vocabulary, held: Grown, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """A feature of the question votes once for a picture, the less the more it votes for."""
        asked = words.nearest(rows, self.probes)
        alike = held.scan(asked.ravel(), words.signatures(rows, asked).ravel(), self.near)
        weight = _WEIGHTS[alike.apart] * np.square(held.rarity[asked.ravel()[alike.question]])
        row, owner, weight = best_of_each(alike.question // asked.shape[1], alike.owner, weight)
        weight = weight / np.sqrt(np.bincount(row, minlength=len(rows)))[row]
        return np.asarray(np.bincount(owner, weights=weight, minlength=len(held.owners)), np.float64)
