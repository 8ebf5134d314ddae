"""Measures of local features and of the geometry found with them. Points are (n, 2) px, pixel centres at integers.

`homography` takes px of picture a to px of picture b; sizes are (w, h) px.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lookalike.match.verify.projection import FAR, facing, project
from lookalike.pixels.resize import outline
from lookalike.types import Size

Points = NDArray[np.floating]
Matrix = NDArray[np.floating]


def repeatability(
    points_a: Points, points_b: Points, homography: Matrix, size_a: Size, size_b: Size, *, tolerance: float = 3.0
) -> float:
    """Share of the points that both pictures can show that are found in both: each other's nearest, within px of b.

    [Schmid, Mohr & Bauckhage, Evaluation of interest point detectors, IJCV 2000]. 0.0 where none can be shown twice.
    """
    homography = facing(homography, outline(size_a))
    in_b, in_a = project(homography, points_a), project(np.linalg.inv(homography), points_b)
    seen_a, seen_b = in_b[_inside(in_b, size_b)], points_b[_inside(in_a, size_a)]
    fewer = min(len(seen_a), len(seen_b))
    if fewer == 0:
        return 0.0
    distances = np.linalg.norm(seen_a[:, None] - seen_b[None], axis=2)  # (a, b)
    nearest = distances.argmin(axis=1)
    mutual = distances.argmin(axis=0)[nearest] == np.arange(len(distances))
    return int((mutual & (distances.min(axis=1) <= tolerance)).sum()) / fewer


def mean_matching_accuracy(
    matched_a: Points, matched_b: Points, homography: Matrix, tolerances: Sequence[float] = (1, 3, 5)
) -> tuple[float, ...]:
    """For each tolerance, the share of (m, 2) matches that lie within so many px of where they should; 0.0 for none.

    [Mikolajczyk & Schmid, PAMI 2005; Dusmanu et al., D2-Net, CVPR 2019]. The mean over pairs is the caller's.
    """
    if len(matched_a) == 0:
        return tuple(0.0 for _ in tolerances)
    errors = np.linalg.norm(project(facing(homography, matched_a), matched_a) - matched_b, axis=1)
    return tuple(float((errors <= tolerance).mean()) for tolerance in tolerances)


def corner_error(found: Matrix | None, truth: Matrix, size: Size) -> float:
    """Mean px by which `found` misplaces the four corner pixels of a picture of that size; infinite for None
    and where one lies beyond the horizon.

    [DeTone, Malisiewicz & Rabinovich, SuperPoint, CVPR workshops 2018]
    """
    if found is None:
        return float("inf")
    width, height = size
    corners = np.array([(0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1)], np.float64)
    here, there = (project(facing(model, corners), corners) for model in (found, truth))
    if np.max([here, there]) >= FAR:
        return float("inf")
    return float(np.linalg.norm(here - there, axis=1).mean())


def pose_error(rotation: Matrix, translation: Points, truth: Matrix, true_translation: Points) -> float:
    """Degrees: the larger of the angle between (3, 3) rotations and that between lines of translation, [0, 180].

    [Sarlin et al., SuperGlue, CVPR 2020]. A translation has neither length nor sign here, as from an essential matrix.
    """
    turned = np.clip((np.trace(np.asarray(rotation).T @ truth) - 1) / 2, -1, 1)
    lengths = np.linalg.norm(translation) * np.linalg.norm(true_translation)
    if lengths == 0:
        raise ValueError("a translation of length 0 has no direction")
    along = np.clip(abs(float(np.dot(translation, true_translation))) / lengths, 0, 1)
    return float(np.degrees(max(np.arccos(turned), np.arccos(along))))


def accuracy_at(errors: NDArray[np.floating], threshold: float) -> float:
    """Share of (n,) errors at or below `threshold`; a pair where nothing was found has an infinite one."""
    return float((_checked(errors) <= threshold).mean())


def error_auc(errors: NDArray[np.floating], threshold: float) -> float:
    """Area under the share of errors at or below t, for t from 0 to `threshold`, as a part of `threshold`: exact steps.

    Of homographies at 1, 3 and 5 px, of poses at 5, 10 and 20 degrees.
    """
    return float(np.clip(threshold - _checked(errors), 0, None).mean() / threshold)


def _checked(errors: NDArray[np.floating]) -> NDArray[np.floating]:
    if len(errors) == 0:
        raise ValueError("no pair was measured")
    if np.isnan(errors).any() or (errors < 0).any():
        raise ValueError("errors are 0 or more; one that cannot be told is infinite")
    return errors


def _inside(points: NDArray[np.float64], size: Size) -> NDArray[np.bool_]:
    width, height = size
    x, y = points.T
    return np.asarray((x >= -0.5) & (x < width - 0.5) & (y >= -0.5) & (y < height - 0.5))
