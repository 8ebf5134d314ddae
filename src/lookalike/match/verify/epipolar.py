"""The fundamental matrix: two views of a scene that is not flat [Hartley & Zisserman, Multiple View Geometry]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.match.verify.estimators import SAMPLE, consensus
from lookalike.match.verify.frames import fundamental_in_px, of_matches
from lookalike.match.verify.inliers import placed
from lookalike.match.verify.nfa import as_probability, clumps, log_alarms
from lookalike.match.verify.plausibility import LARGER_SPREAD, spread
from lookalike.match.verify.projection import Points
from lookalike.types import Geometry, LocalFeatures, Matches, Matrix

LEAST: Final = 12
"""Matches that a geometry rests on."""
ON_PLANE: Final = 0.85
"""Share of the inliers that one homography explains: then the matrix is not fixed by them."""


@dataclass(frozen=True)
class Epipolar:
    """The fundamental matrix of most support; None for a flat scene, whose homography says more."""

    name: ClassVar[str] = "epipolar"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Moisan & Stival, IJCV 2004; Barath et al., MAGSAC++, CVPR 2020"

    tolerance: float = 0.004
    """Share of the longer side that a match may lie from its line."""
    chance: float = 1e-4
    """The most that `nfa` may be."""
    iterations: int = 2000
    seed: int = 0

    def verify(
        self, a: LocalFeatures, b: LocalFeatures, matches: Matches, *, mirrored: bool = False
    ) -> Geometry | None:
        """Two cameras never mirror: None with `mirrored`."""
        if mirrored or len(matches) < LEAST:
            return None
        ends_a, ends_b = (ends.at for ends in of_matches(a, b, matches))
        model = consensus("fundamental", ends_a, ends_b, self.tolerance, iterations=self.iterations, seed=self.seed)
        if model is None:
            return None
        agreeing = off_line(model, ends_a, ends_b) <= self.tolerance
        count = int(agreeing.sum())
        if count < LEAST or min(spread(ends_a[agreeing]), spread(ends_b[agreeing])) < LARGER_SPREAD:
            return None
        if self._is_flat(ends_a[agreeing], ends_b[agreeing]):
            return None
        band = 2 * self.tolerance * np.hypot(*np.ptp(ends_b, axis=0)) / max(np.ptp(ends_b, axis=0).prod(), 1e-12)
        nfa = as_probability(
            log_alarms(
                clumps(ends_a, ends_b),
                clumps(ends_a[agreeing], ends_b[agreeing]),
                SAMPLE["fundamental"],
                min(1.0, band),
            )
        )
        if nfa > self.chance:
            return None
        in_px = fundamental_in_px(model, a.keypoints.size, b.keypoints.size)
        return Geometry("fundamental", in_px, agreeing, nfa)

    def _is_flat(self, a: Points, b: Points) -> bool:
        plane = consensus("homography", a, b, self.tolerance, iterations=self.iterations, seed=self.seed)
        return plane is not None and bool(np.mean(placed(plane, a, b) <= 2 * self.tolerance) >= ON_PLANE)


def off_line(model: Matrix, a: Points, b: Points) -> NDArray[np.float64]:
    """(n,) the larger of the distances of each end from the line of the other."""
    lifted_a, lifted_b = (np.column_stack([points, np.ones(len(points))]) for points in (a, b))
    lines_b, lines_a = lifted_a @ model.T, lifted_b @ model
    off = np.abs((lifted_b * lines_b).sum(axis=1))
    lengths = [np.maximum(np.linalg.norm(lines[:, :2], axis=1), 1e-12) for lines in (lines_a, lines_b)]
    return np.asarray(off / np.minimum(*lengths), np.float64)
