"""Pictures of a test whose classes nobody learns from, and of four folds of the other classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadQuery

Rows = NDArray[np.float32]
Labels = NDArray[np.int64]
Mask = NDArray[np.bool_]

FOLDS: Final = 4
LEAST_CLASSES: Final = 4 * FOLDS
"""Classes of two pictures or more: half are the test, and a fold of one class has nothing to tell apart."""


@dataclass(frozen=True, eq=False)
class Split:
    """Rows (n, d) at unit norm with labels (n,), the test, and the fold of each picture: -1 of the test."""

    rows: Rows
    labels: Labels
    test: Mask
    folds: Labels
    pixels: NDArray[np.uint8] | None = None
    """(n, 3, side, side) that a whole network is trained on; None: a head on the rows is."""

    @classmethod
    def of(cls, rows: Rows, labels: Labels, pixels: NDArray[np.uint8] | None = None) -> Split:
        """By classes, the same in every run; a class of one picture is left out.

        Raises `BadQuery` where fewer than sixteen classes have two pictures.
        """
        found, at, counts = np.unique(labels, return_inverse=True, return_counts=True)
        if (counts >= 2).sum() < LEAST_CLASSES:
            raise BadQuery(
                f"{int((counts >= 2).sum())} classes have two pictures or more, and {LEAST_CLASSES} are wanted: half "
                f"of them are the test, and the others make {FOLDS} folds; each class is a folder of its own"
            )
        kept = counts[at] >= 2
        rows, labels = rows[kept], labels[kept]
        classes = np.random.default_rng(0).permutation(found[counts >= 2])
        fold = {int(each): at % FOLDS for at, each in enumerate(classes[1::2])}
        folds = np.array([fold.get(int(each), -1) for each in labels])
        return cls(rows, labels, folds < 0, folds, None if pixels is None else pixels[kept])

    @property
    def seen_as(self) -> str:
        """Name of the rows."""
        return "convnet" if self.pixels is None else "pixels"

    @property
    def test_labels(self) -> Labels:
        return self.labels[self.test]

    def known(self, fold: int) -> Mask:
        """Pictures that are learned from where this fold is left out."""
        return np.asarray((self.folds >= 0) & (self.folds != fold))
