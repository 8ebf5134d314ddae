"""Places of a question that other pictures share and that prove nothing: a caption, a watermark, a logo.

Each picture that bears the same letters agrees with the question there, and its pixels say that it is another one. When
some have said so, what is left of the question votes by itself (docs/decisions/0070).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.match.verify.match_and_verify import Agreement
from lookalike.match.verify.projection import facing, project
from lookalike.pixels.resize import outline
from lookalike.search.ranking.relation import HARDLY_ANY, Evidence
from lookalike.types import Keypoints

MANY: Final = 3
"""Pictures that agree at the same places alone, and are proved nothing, until these places are common."""
SMALL: Final = 0.2
"""Share of the question, the most, that such places span."""
DOUBT: Final = 0.7
"""Probability of one thing from which on a picture may show it."""
NEAR: Final = 0.03
"""Share of the longer side within which keypoints are of one place."""
MOSTLY: Final = 0.6
"""Share of the places of each that must be common."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Place:
    """Where one picture agrees with the question: (m,) rows of keypoints, and (n,) which of all lie near those.

    `says` is 1 of a picture that is a copy or a part, -1 of one that is another content or may be anything, 0 of one
    that may show the thing asked about.
    """

    rows: NDArray[np.int64]
    near: Mask
    says: Literal[-1, 0, 1] = 0

    def told(self, found: Evidence | None) -> Place:
        """With what was found of the picture."""
        if found is None or found.relation == "variant":
            return replace(self, says=-1)
        if found.relation in ("copy", "part"):
            return replace(self, says=1)
        return replace(self, says=-1 if found.strength < DOUBT else 0)


def place_of(agreement: Agreement) -> Place | None:
    """None where it is large, or where the picture shows hardly anything of what lies around it."""
    keypoints, rows = agreement.a.keypoints, agreement.rows[:, 0]
    near = _near(keypoints, rows)
    if _span(keypoints, rows) > SMALL or _shown(agreement)[~near].sum() < HARDLY_ANY:
        return None
    return Place(rows, near)


def common(places: Sequence[Place]) -> Mask | None:
    """(n,) keypoints at places that `MANY` pictures share, and that tell of none of them; else None.

    None as well where hardly any others are left.
    """
    mute = [place.near for place in places if place.says < 0]
    if len(mute) < MANY:
        return None
    shared = np.sum(mute, axis=0) >= MANY
    there = [place for place in places if shared[place.rows].mean() >= MOSTLY]
    if sum(place.says < 0 for place in there) < MANY or any(place.says > 0 for place in there):
        return None
    found = np.any([place.near for place in there], axis=0)
    return found if (~found).sum() >= HARDLY_ANY else None


def _near(keypoints: Keypoints, rows: NDArray[np.int64]) -> Mask:
    """(n,) whether each lies near one of `rows`."""
    apart = np.linalg.norm(keypoints.xy[:, None] - keypoints.xy[None, rows], axis=2)  # (n, m)
    return np.asarray(apart.min(axis=1) <= NEAR * max(keypoints.size), np.bool_)


def _span(keypoints: Keypoints, rows: NDArray[np.int64]) -> float:
    """Share of the picture within the convex hull of `rows`."""
    hull = cv2.convexHull(keypoints.xy[rows].astype(np.float32))
    return float(cv2.contourArea(hull)) / (keypoints.size[0] * keypoints.size[1])


def _shown(agreement: Agreement) -> Mask:
    """(n,) keypoints of the question that lie in what the other picture shows, as far as the geometry says."""
    keypoints = agreement.a.keypoints
    there = project(facing(agreement.geometry.model, outline(keypoints.size)), keypoints.xy)
    return np.asarray(((there >= 0) & (there < agreement.b.keypoints.size)).all(axis=1), np.bool_)
