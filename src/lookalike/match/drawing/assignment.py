"""How sure a matcher is of every pair of features, as a matrix and as lines between the pictures."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.describe.drawing import MARK, PAPER, framed
from lookalike.match.drawing.matches import beside, whole
from lookalike.types import LocalFeatures, Matches, Picture, Pixels

FAINT: Final = (200, 200, 200)
"""RGB of a line that is hardly sure."""
Sureness = NDArray[np.floating]


def matrix(sureness: Sureness, a: LocalFeatures, b: LocalFeatures, cell: int) -> Pixels:
    """(ka, kb) in [0, 1] with `cell` px each: rows are a's features, columns b's, both from top to bottom."""
    ordered = sureness[np.argsort(a.keypoints.xy[:, 1], kind="stable")]
    ordered = ordered[:, np.argsort(b.keypoints.xy[:, 1], kind="stable")]
    share = np.clip(ordered, 0, 1)[:, :, None]
    small = np.rint(PAPER + share * (np.array(MARK) - PAPER)).astype(np.uint8)
    size = (cell * small.shape[1], cell * small.shape[0])
    return framed(cv2.resize(small, size, interpolation=cv2.INTER_NEAREST))


def strands(a: Picture, b: Picture, features_a: LocalFeatures, features_b: LocalFeatures, matches: Matches) -> Pixels:
    """Both pictures, and a line for each match, the stronger in colour the surer; the surest lie on top."""
    sheet, places_a, places_b = beside(a, b, features_a, features_b)
    for at in np.argsort(matches.scores, kind="stable"):
        share = float(np.clip(matches.scores[at], 0, 1))
        colour = [round(faint + share * (strong - faint)) for faint, strong in zip(FAINT, MARK, strict=True)]
        i, j = matches.pairs[at]
        cv2.line(sheet, whole(places_a[i]), whole(places_b[j]), colour, 1, cv2.LINE_AA)
    return sheet
