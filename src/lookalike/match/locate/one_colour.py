"""Templates of one colour, which no correlation finds: by level and colour, and by the ring about their outline.

What counts is how far each px of the picture is from that colour: near inside the mask, far in a ring about it. A patch
that is opaque everywhere has no ring: it lies wherever so much of its colour does.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.match.locate.correlation import Plane, correlate
from lookalike.match.locate.integral_images import Mask
from lookalike.match.locate.peaks import placements
from lookalike.types import Located, Placement

Values: TypeAlias = NDArray[np.float32]

FLAT: Final = 4
"""Levels by which the px of one colour differ at most, in each channel."""
FLAT_WITHIN: Final = 12
"""Levels by which the px of a sign with transparency about it differ: its edge shows a little of what lies behind."""
FAR: Final = 90.0
"""Levels from which on a px has a wholly other colour."""
EDGE: Final = 2
"""px about the mask that are neither inside nor ring: outlines are smooth, and JPEG blurs them."""
RING: Final = 2
"""px of the ring."""
WRONG: Final = 0.5
"""Share of `FAR` from which on a px inside has another colour."""
ANOTHER: Final = 6
"""px that hang together, and are wrong, in a sign of another shape; or `SHARE` of it, where that is more."""
SHARE: Final = 0.03
FREE: Final = 0.35
"""Share of `FAR` that a px of the ring has at least, else the colour goes on there."""
SAME: Final = 0.06
"""Share of `FAR` within which it is the very colour."""
GOES_ON: Final = 0.08
"""Share of the ring where the colour may go on: a picture may have the sign's colour behind it."""
TOLD: Final = 0.55
"""Score from which on such a template is there, where a ring tells its outline."""
PATCH: Final = 0.85
"""Score from which on a patch is there, of which nothing but its colour is known."""


def is_of_one_colour(template: Plane, core: Mask) -> bool:
    """Whether all px in `core` have one, (h, w, c)."""
    if not core.any():
        return False
    # Not those px by themselves: to pick them takes 16 bytes of places for each.
    counted = core[:, :, None]
    least, most = (template.min((0, 1), where=counted, initial=255), template.max((0, 1), where=counted, initial=0))
    return bool((most - least).max() <= (FLAT if core.all() else FLAT_WITHIN))


def located(template: Plane, image: Plane, k: int, overlap: float, mask: Mask | None, core: Mask) -> Located:
    """The best `k` places; `mask` where there is something of it, `core` where nothing shows through."""
    inside, ring, margin = _shapes(mask, core)
    far = np.pad(_far(image, template[core].mean(axis=0)), margin, constant_values=1.0)
    kernel = ring / max(int(ring.sum()), 1) - inside / inside.sum()
    response = correlate(far[:, :, None], np.asarray(kernel, np.float64)[:, :, None])
    scores = np.clip(response + (0.0 if ring.any() else 1.0), -1, 1).astype(np.float32)
    size = (template.shape[1], template.shape[0])
    found = [Placement(place.box, place.score, detail=None) for place in placements(scores, size, k, overlap)]
    return Located(tuple(found), True, scores)


def why_not(template: Plane, image: Plane, place: Placement, mask: Mask | None, core: Mask) -> str | None:
    """Reason why a place, in px of `image`, is not of this colour or this outline; None where it is."""
    inside, ring, margin = _shapes(mask, core)
    if place.score < (TOLD if ring.any() else PATCH):
        return "its colour, or its outline, is not there"
    far = np.pad(_far(image, template[core].mean(axis=0)), margin, constant_values=1.0)
    left, top = (round(at) for at in place.box[:2])
    under = far[top : top + inside.shape[0], left : left + inside.shape[1]]
    wrong = inside & (under > WRONG)
    if not ring.any():
        wrong = _solid(wrong)
    if _largest(wrong) > max(ANOTHER, SHARE * int(inside.sum())):
        return "a part of it has another colour there"
    goes_on = float((ring & (under < FREE)).sum()) > GOES_ON * float(ring.sum())
    if ring.any() and (goes_on or _largest(ring & (under < SAME)) >= ANOTHER):
        return "its colour goes on beyond its outline there"
    return None


def _far(image: Plane, colour: NDArray[np.floating]) -> Values:
    """(h, w) how far each px is from a colour, 1 at `FAR` and beyond."""
    apart = np.abs(image.astype(np.float32) - np.asarray(colour, np.float32)).max(axis=2)
    return np.asarray(np.minimum(apart / FAR, 1), np.float32)


def _shapes(mask: Mask | None, core: Mask) -> tuple[Mask, Mask, int]:
    """Where it counts and the ring about that, and by how many px both are larger than the template on each side."""
    if mask is None or mask.all():
        return core, np.zeros_like(core), 0
    margin = EDGE + RING
    inside, filled = np.pad(core, margin), np.pad(mask, margin).astype(np.uint8)
    near, far = (
        cv2.dilate(filled, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1,) * 2)) > 0
        for reach in (EDGE, margin)
    )
    return inside, far & ~near, margin


def _solid(wrong: Mask) -> Mask:
    """Without what is thin: JPEG carries the colour of what lies about a patch into its border."""
    square = np.ones((2 * EDGE + 1, 2 * EDGE + 1), np.uint8)
    framed = np.pad(wrong.astype(np.uint8), 2 * EDGE)
    return np.asarray(cv2.morphologyEx(framed, cv2.MORPH_OPEN, square)[2 * EDGE : -2 * EDGE, 2 * EDGE : -2 * EDGE] > 0)


def _largest(wrong: Mask) -> int:
    """px that hang together."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(wrong.astype(np.uint8), connectivity=8)
    return int(stats[1:, cv2.CC_STAT_AREA].max(initial=0))
