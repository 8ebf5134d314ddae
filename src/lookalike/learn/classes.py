"""Which classes a network learns from, which end its training, and which judge it: each class does one of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadQuery

LEAST: Final = 2
"""Classes of two pictures or more in each part."""
SHARE: Final = 5
"""One class in so many ends the training, and one in so many judges it."""

Labels = NDArray[np.int64]
Places = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Parts:
    """Numbers of the pictures to learn from, of those by which training ends, and of those that judge the end."""

    learn: Places
    stop: Places
    judge: Places


def parts_of(labels: Labels, rng: np.random.Generator) -> Parts:
    """Parts of pictures with labels (n,), no class in two of them; a class of one picture is learned from.

    Raises `BadQuery` where fewer than six classes have two pictures.
    """
    classes, counts = np.unique(labels, return_counts=True)
    if len(classes) < 2:
        raise BadQuery(f"all {len(labels)} pictures are of one class: put those of each class into a folder of its own")
    several = rng.permutation(classes[counts >= 2])
    if len(several) == 0:
        raise BadQuery(
            f"each of the {len(classes)} classes has one picture, so nothing tells what a class has in common: add "
            "more pictures of each"
        )
    if len(several) < 3 * LEAST:
        raise BadQuery(
            f"{len(several)} classes have two pictures or more, and {3 * LEAST} are wanted: a network learns from "
            "some, stops by others, and is judged by others again"
        )
    each = max(LEAST, len(several) // SHARE)
    stop, judge = several[:each], several[each : 2 * each]
    apart = np.isin(labels, np.concatenate([stop, judge]))
    return Parts(np.flatnonzero(~apart), np.flatnonzero(np.isin(labels, stop)), np.flatnonzero(np.isin(labels, judge)))
