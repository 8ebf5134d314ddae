"""Batches of P classes with K pictures each, so that every row has others of its class [Hermans et al. 2017]."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadSetting


@dataclass(frozen=True)
class ClassesTimesPictures:
    """`classes` drawn without replacement, `pictures` of each: with replacement only where a class has fewer."""

    classes: int = 8
    pictures: int = 4

    def __post_init__(self) -> None:
        if self.classes < 2 or self.pictures < 2:
            raise BadSetting("a batch needs at least 2 classes and 2 pictures of each, or nothing is compared")

    def drawn(self, labels: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
        """Row numbers (b,) of one batch; a class of one picture shows it again.

        Raises BadSetting where the labels (n,) are of fewer than two classes.
        """
        known = np.unique(labels)
        if len(known) < 2:
            raise BadSetting(f"at least 2 classes are wanted to learn from, here is {len(known)}")
        chosen = rng.choice(known, min(self.classes, len(known)), replace=False)
        return np.concatenate([self._of_class(np.flatnonzero(labels == each), rng) for each in chosen])

    def _of_class(self, members: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
        return rng.choice(members, self.pictures, replace=len(members) < self.pictures)
