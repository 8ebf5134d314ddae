"""Matches chosen together, by how well they fit each other, not one by one.

[Leordeanu & Hebert, A spectral technique for correspondence problems using pairwise constraints, ICCV 2005;
Bian et al., GMS: grid-based motion statistics for fast, ultra-robust feature correspondence, CVPR 2017]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.match.match.nearest import Nearest
from lookalike.match.verify.frames import Framed, of_matches
from lookalike.types import Keypoints, LocalFeatures, Matches

ROUNDS: Final = 50
"""Rounds of the power iteration: far more than it takes."""
LEAST: Final = 0.01
"""Share of the greatest membership, below which a match does not belong to the cluster."""


@dataclass(frozen=True)
class Spectral:
    """Nearest neighbours that keep each other's distances, turned and scaled as their poses say.

    The score is the match's part in the principal eigenvector of the graph, 1 for the greatest.
    """

    name: ClassVar[str] = "spectral"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Leordeanu & Hebert, A spectral technique for correspondence problems, ICCV 2005"
    symmetric: ClassVar[bool] = False

    ratio: float = 0.95
    """Ratio of the candidates, as in `nearest`."""
    candidates: int = 600
    """The most: the graph grows with their square."""
    bend: float = 0.3
    """By how much of itself the offset between two matches may differ and count half."""

    def __post_init__(self) -> None:
        if not 0 < self.ratio <= 1 or self.candidates < 1 or self.bend <= 0:
            raise ValueError("ratio is above 0 and at most 1, candidates 1 or more, bend above 0")

    def match(self, a: LocalFeatures, b: LocalFeatures) -> Matches:
        """One-to-one, best first; none where no two fit each other."""
        candidates = Nearest(ratio=self.ratio).match(a, b)[: self.candidates]
        if len(candidates) < 2:
            return candidates[:0]
        membership = principal(affinity(*of_matches(a, b, candidates), self.bend))
        return _discrete(candidates, membership)


def affinity(a: Framed, b: Framed, bend: float) -> NDArray[np.float64]:
    """(m, m) in [0, 1], 0 on the diagonal: how well each match foretells, from its pose, where another lies in b.

    Without poses, how well the two keep their distance.
    """
    there, here = b.at[None] - b.at[:, None], a.at[None] - a.at[:, None]  # (m, m, 2) offsets from i to j
    reach = np.linalg.norm(there, axis=2)
    if a.heading is None or b.heading is None or a.log_scale is None or b.log_scale is None:
        length = np.linalg.norm(here, axis=2)
        wrong = np.abs(length - reach) / np.maximum(np.minimum(length, reach), 1e-9)
    else:
        u, v = a.heading.T
        x, y = b.heading.T
        grown = 2 ** (b.log_scale - a.log_scale)
        c, s = grown * (u * x + v * y), grown * (u * y - v * x)
        foretold = np.stack(
            [
                c[:, None] * here[..., 0] - s[:, None] * here[..., 1],
                s[:, None] * here[..., 0] + c[:, None] * here[..., 1],
            ],
            axis=-1,
        )
        missed = np.linalg.norm(foretold - there, axis=2)
        wrong = missed / np.maximum(np.minimum(np.linalg.norm(foretold, axis=2), reach), 1e-9)
    one_way = np.exp2(-((wrong / bend) ** 2))
    both = np.minimum(one_way, one_way.T)
    both[np.diag_indices_from(both)] = 0
    return np.where(both > 1e-6, both, 0)


def principal(graph: NDArray[np.float64]) -> NDArray[np.float64]:
    """(m,) the eigenvector of the greatest eigenvalue, its greatest part 1; zeros where nothing fits anything."""
    vector = np.ones(len(graph))
    for _ in range(ROUNDS):
        moved = graph @ vector + 1e-3 * vector  # shifted: a graph of two sides would swing for ever
        vector = moved / max(float(moved.max()), 1e-12)
    return np.where(graph.any(axis=1), vector, 0)


def _discrete(candidates: Matches, membership: NDArray[np.float64]) -> Matches:
    """Greedy, as the paper has it: the greatest first, and none whose ends are taken."""
    order = np.argsort(-membership, kind="stable")
    order = order[membership[order] > LEAST]
    for side in (0, 1):
        _, first = np.unique(candidates.pairs[order, side], return_index=True)
        order = order[np.sort(first)]
    return Matches(candidates.pairs[order], membership[order].astype(np.float32))


@dataclass(frozen=True)
class MotionStatistics:
    """Nearest neighbours beside which many others move alike, as OpenCV counts them on a grid."""

    name: ClassVar[str] = "gms"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Bian et al., GMS, CVPR 2017"
    symmetric: ClassVar[bool] = False

    ratio: float = 1.0
    """Ratio of the candidates, as in `nearest`."""
    rotation: bool = True
    """Whether turned neighbourhoods are tried."""
    scale: bool = True
    """Whether neighbourhoods of other sizes are tried."""
    threshold: float = 6.0
    """Times the root of the mean number of features a cell, that a cell's support exceeds."""

    def match(self, a: LocalFeatures, b: LocalFeatures) -> Matches:
        """One-to-one, with the scores of `nearest`."""
        candidates = Nearest(ratio=self.ratio).match(a, b)
        if not len(candidates):
            return candidates
        matches = [cv2.DMatch(int(i), int(j), 0.0) for i, j in candidates.pairs]
        size_a, points_a = _shifted(a.keypoints)
        size_b, points_b = _shifted(b.keypoints)
        kept = cv2.xfeatures2d.matchGMS(
            size_a, size_b, points_a, points_b, matches, self.rotation, self.scale, self.threshold
        )
        chosen = {(match.queryIdx, match.trainIdx) for match in kept}
        return candidates[np.array([tuple(pair) in chosen for pair in candidates.pairs.tolist()], np.bool_)]


def _shifted(keypoints: Keypoints) -> tuple[tuple[int, int], list[cv2.KeyPoint]]:
    """For OpenCV, whose grid has no cell for a place outside the picture."""
    width, height = keypoints.size
    xy = np.clip(keypoints.xy, 0, (width - 1e-3, height - 1e-3))
    return (width, height), [cv2.KeyPoint(float(x), float(y), 1.0) for x, y in xy]
