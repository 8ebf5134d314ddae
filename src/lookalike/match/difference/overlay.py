"""Whether a difference is something laid on one of two pictures: a box, letters, a watermark, in few colours, with the
photo that the other shows going on beneath and around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.match.difference.channels import every, most, total
from lookalike.match.difference.order_statistics import quantile
from lookalike.match.difference.overlap import Mask, Overlap
from lookalike.match.difference.tone_bound import LUMA, Plane
from lookalike.types import Pixels

EVEN: Final = 6.0
"""Levels by which what is laid on may vary, besides the noise."""
MOST_OF: Final = 0.75
"""Share of its px that must be mixed of one colour and what is beneath."""
BORDERED: Final = 0.87
"""Share of its outline along which it alone has an edge."""
EACH: Final = 0.6
"""Share of the outline of any one letter along which it alone has an edge; where one hides another, both have."""
OUTLINE: Final = 24
"""px of the outline of such a letter, the least."""
SHARED: Final = 0.2
"""Share of its outline along which the other may have an edge of half that strength."""
BOXED: Final = 0.55
"""Share of a box's outline, where its colour is somewhere that of the photo."""
DRAWN: Final = 0.9
"""Share of a box's outline, where the picture is drawn."""
FILLED: Final = 0.95
"""Share of its bounding box that a rectangle fills."""
SHADED: Final = 3.0
"""Levels of contrast that a box has, besides noise, the most: goods have shades and texture."""
LARGE: Final = 2500
"""px of such a box, the least."""
VARIED: Final = 15.0
"""Levels of contrast beneath it, the least."""
BOX: Final = 0.93
"""Share of a box that must be of its colour."""
ACROSS: Final = 7
"""px of the windows in which both sides of the outline are seen."""
CLEAR: Final = (30.0, 80.0)
"""Levels by which what is laid on stands out, in the median; and of what is thin and mixed."""
THIN: Final = 2.2
"""px that strokes may be deep, from their outline to their middle, on average."""
NOISY: Final = (3.5, 700)
"""Levels of noise beside which so few px, and fewer, have few colours whatever they show: they must be strokes,"""
STROKES: Final = 1.2
"""px deep, from their outline to their middle, on average; letters of a thumbnail are 1.0 to 1.17."""
EDGE: Final = 5
"""px of the windows in which an edge, or colours that JPEG halved, may mix two flat ones."""
NEARLY_ALL: Final = 0.95
"""Share of the px that differ which are that near to flat ones, the least."""
FLAT: Final = 0.5
"""Share of the px that differ most which are flat themselves, the least."""
HALVED: Final = 3.0
"""Times as much as light colour may be off: JPEG keeps a quarter of its px."""
LETTER: Final = 50.0
"""Levels by which a letter stands out from what is about it, the least."""
BESIDE: Final = 0.25
"""Times as many px as it has that strokes of its colour beside it have, which both show: it is one more of these."""
OWN: Final = 0.03
"""Share of the px that changed that may form pieces of other colours: of a picture in a white frame more do."""
GRAIN: Final = 0.6
"""Share of the fineness of one that the other must have around what is laid on: what is blurred there was retouched."""
FAINT: Final = 3.0
"""Levels of fineness, of which less says nothing."""
FEW: Final = 6
"""Levels about a colour that count as that colour."""
PLAIN: Final = 0.5
"""Share of a picture in its two commonest colours, from which on it is drawn and no photo."""
SAMPLES: Final = 10000


@dataclass(frozen=True)
class Ground:
    """Which of the two pictures are photos, where they agree."""

    a: bool
    b: bool


@dataclass(frozen=True)
class Edges:
    """Shares of the outline of what differs along which `a` has the stronger edge, and `b`; by how much it is stronger.

    Letters that both have elsewhere are edges of one here, of the other there: `least_of_a` and `least_of_b` are the
    least shares of any one letter. `shared` is that along which the weaker edge is more than half of the stronger.
    """

    a: float
    b: float
    shared: float
    least_of_a: float
    least_of_b: float


def ground_of(found: Overlap, differing: Mask) -> Ground:
    """By how many colours they are made of; `differing` in cells of the grid."""
    agreeing = found.both & (cv2.resize(differing.astype(np.uint8), found.size, interpolation=cv2.INTER_NEAREST) == 0)
    at = np.flatnonzero(agreeing)
    at = at[:: max(1, len(at) // SAMPLES)]
    return Ground(*(_is_photo(side.reshape(-1, 3)[at]) for side in (found.a, found.b)))


def _is_photo(colours: Pixels) -> bool:
    left, plain = colours.astype(np.int16), 0
    for _ in range(2):
        if not len(left):
            break
        near = within(left[None], commonest(left, 2 * FEW), FEW)[0]
        plain += int(near.sum())
        left = left[~near]
    return plain < PLAIN * max(len(colours), 1)


def commonest(colours: NDArray[np.int16], step: int) -> NDArray[np.int16]:
    """The middle of the fullest of all cells of `step` levels; (n, 3) with n > 0."""
    coarse, cells = (colours // step).astype(np.int64), 255 // step + 1
    keys = (coarse[:, 0] * cells + coarse[:, 1]) * cells + coarse[:, 2]
    return np.asarray(np.median(colours[keys == np.bincount(keys).argmax()], axis=0), np.int16)


def within(plane: NDArray[np.int16], colour: NDArray[np.int16], levels: int) -> Mask:
    """(h, w) px of a plane (h, w, 3) that are at most so many levels off a colour (3,) in each channel."""
    return np.asarray(cv2.inRange(plane, tuple((colour - levels).tolist()), tuple((colour + levels).tolist())) > 0)


def laid_on(a: Plane, b: Plane, where: Mask, strong: Mask, noise: float, ground: Ground) -> Literal["a", "b"] | None:
    """Which of the two has something laid on; None where neither has, or it cannot be told.

    `a` and `b` are (h, w, 3) about the px `where` they differ, `strong` those that differ most.
    """
    solid = hull(where)
    if not solid.any():
        return None
    light_a, light_b = (side @ LUMA.astype(np.float32) for side in (a, b))
    edges = _edges(light_a, light_b, solid)
    if edges.a >= (BOXED if ground.b else DRAWN) and _is_box(a, b, solid, noise, drawn=not ground.b):
        return "a"
    if edges.b >= (BOXED if ground.a else DRAWN) and _is_box(b, a, solid, noise, drawn=not ground.a):
        return "b"
    if not _one_grain(light_a, light_b, where, noise):
        return None
    # What is as light as what is beneath has edges of colour; a change of colour all about hides edges of light.
    for of_a, of_b in ((light_a, light_b), (a, b)):
        edges = _edges(of_a, of_b, where)
        if edges.shared > SHARED:  # goods of another colour
            continue
        is_of_a = edges.a >= BORDERED and edges.least_of_a >= EACH and ground.b
        if is_of_a and _is_laid(a, b, where, strong, noise, edges.shared):
            return "a"
        is_of_b = edges.b >= BORDERED and edges.least_of_b >= EACH and ground.a
        if is_of_b and _is_laid(b, a, where, strong, noise, edges.shared):
            return "b"
    return None


def strongest(where: Mask, off: Plane) -> Mask:
    """The px `where` they differ that do so most."""
    return np.asarray(where & (off >= 0.5 * quantile(off[where], 0.9)))


def adds_to_lettering(top: Plane, beneath: Plane, where: Mask, strong: Mask, noise: float) -> bool:
    """Whether both show strokes of its colour about what is laid on: it adds a digit to a number, or a word to others.

    Planes (h, w, 3) reach as far about the px `where` they differ as `reach_of` says.
    """
    colour, tolerance = commonest(top[strong].astype(np.int16), 2 * FEW), EVEN + 3 * noise
    of_top, of_both = _of_colour(top, colour, tolerance), _of_colour(beneath, colour, tolerance)
    own = of_top & where
    of_both &= of_top & ~where
    if not own.any() or not of_both.any():
        return False
    wide = np.ones((2 * round(2 * depth(own)) + 3,) * 2, np.uint8)
    thin = of_both & (cv2.morphologyEx(of_both.astype(np.uint8), cv2.MORPH_OPEN, wide) == 0)
    strokes = cv2.morphologyEx((thin & _beside_edges(top)).astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    return int(strokes.sum()) >= BESIDE * int(own.sum())


def _beside_edges(top: Plane) -> Mask:
    """Px two of which away a colour changes as it does at the edge of a letter."""
    square = np.ones((EDGE, EDGE), np.uint8)
    return np.asarray(most(cv2.dilate(top, square) - cv2.erode(top, square)) >= LETTER)


def reach_of(width: int, height: int) -> int:
    """px about a place of that size within which what belongs to one line of letters lies."""
    return min(max(width, height), 2 * min(width, height) + ACROSS)


def _one_grain(light_a: Plane, light_b: Plane, where: Mask, noise: float) -> bool:
    """Whether both are as fine around the px that differ."""
    beside = cv2.dilate(where.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0
    if beside.sum() < 30:
        return True
    of_a, of_b = (float(np.abs(cv2.Laplacian(light, cv2.CV_32F))[beside].mean()) for light in (light_a, light_b))
    return min(of_a, of_b) >= GRAIN * max(of_a, of_b) or max(of_a, of_b) < FAINT + 4 * noise


def hull(where: Mask) -> Mask:
    """All that lies between the px."""
    rows = np.flatnonzero(where.any(axis=1))
    first, last = where[rows].argmax(axis=1), where.shape[1] - 1 - where[rows, ::-1].argmax(axis=1)
    ends = np.column_stack([np.concatenate([first, last]), np.tile(rows, 2)])  # no other px of a row is a corner
    hull = cv2.convexHull(ends.astype(np.int32))
    filled = np.zeros(where.shape, np.uint8)
    cv2.fillConvexPoly(filled, hull, 1)
    return filled > 0


def _is_box(top: Plane, beneath: Plane, solid: Mask, noise: float, *, drawn: bool) -> bool:
    """Whether one is of one colour all over it, and the other is not.

    On what is `drawn` a patch may be content, a stone or a bar: there it must be a rectangle over things that vary.
    """
    inner = cv2.erode(solid.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    if not inner.any():
        return False
    above, below = top[inner], beneath[inner]
    if float((above @ LUMA).std()) > SHADED + 1.5 * noise:
        return False
    if drawn:
        *_, width, height = cv2.boundingRect(solid.astype(np.uint8))
        if solid.sum() < max(LARGE, FILLED * width * height) or float((below @ LUMA).std()) < VARIED:
            return False
    of_one_colour = _of_its_colour(above, noise)
    return of_one_colour >= BOX and _of_its_colour(below, noise) < of_one_colour


def _of_its_colour(side: Plane, noise: float) -> float:
    """Share of (n, 3) px that are of the colour in the middle of them."""
    return float(every(np.abs(side - np.median(side, axis=0)) <= EVEN + 3 * noise).mean())


def _edges(a: Plane, b: Plane, where: Mask) -> Edges:
    """Edges along the outline of what differs, of light (h, w) or of colours (h, w, 3)."""
    window = (ACROSS, ACROSS)
    within = where.astype(np.float32)
    beyond = 1 - within
    here, there = np.maximum(cv2.blur(within, window), 1e-6), np.maximum(cv2.blur(beyond, window), 1e-6)
    outline = where & (cv2.erode(where.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0) & (there > 0.1)
    if not outline.any():
        return Edges(0.0, 0.0, 0.0, 0.0, 0.0)

    def strength(side: Plane) -> Plane:
        planes = side[..., None] if side.ndim == 2 else side
        found = [
            np.abs(cv2.blur(plane * within, window) / here - cv2.blur(plane * beyond, window) / there)[outline]
            for plane in np.moveaxis(planes, 2, 0)
        ]
        return np.asarray(np.max(found, axis=0))

    of_a, of_b = strength(a), strength(b)
    more = of_a - of_b
    weight = max(float(np.abs(more).sum()), 1e-6)
    shared = float((2 * np.minimum(of_a, of_b) > np.maximum(of_a, of_b)).mean())
    return Edges(
        float(np.maximum(more, 0).sum()) / weight,
        float(np.maximum(-more, 0).sum()) / weight,
        shared,
        *_least(more, outline, where),
    )


def _least(more: Plane, outline: Mask, where: Mask) -> tuple[float, float]:
    """The least share of any letter's outline along which a has the stronger edge, and b; by how much it is so."""
    count, labels = cv2.connectedComponents(cv2.dilate(where.astype(np.uint8), np.ones((3, 3), np.uint8)))
    letter = labels[outline]
    px, weight = np.bincount(letter, minlength=count), np.bincount(letter, np.abs(more), minlength=count)
    told = (px >= OUTLINE) & (weight > 0)
    if not told.any():
        return 1.0, 1.0
    of_a, of_b = (
        np.bincount(letter, np.maximum(side, 0), minlength=count)[told] / weight[told] for side in (more, -more)
    )
    return float(of_a.min()), float(of_b.min())


def _is_laid(top: Plane, beneath: Plane, where: Mask, strong: Mask, noise: float, shared: float) -> bool:
    """Whether what is on top is of two flat colours and their edges; or thin, and mixed with what is beneath.

    Along a share of the outline of `shared` both have edges.
    """
    change = float(np.median(most(np.abs(top[strong] - beneath[strong]))))
    deep = depth(where)
    is_hidden = noise > NOISY[0] and where.sum() < NOISY[1] and deep >= STROKES
    if change < CLEAR[0] or is_hidden:
        return False
    if _is_flat(top, beneath, where, strong, noise):
        return shared <= SHARED / 4 or not _is_flat(beneath, top, where, strong, noise)
    is_thin = change >= CLEAR[1] and deep < THIN
    if not is_thin or mixed(top[strong], beneath[strong], noise) < MOST_OF:
        return False
    return _share_of_a_picture(top, beneath, where, strong, noise) <= OWN


def depth(where: Mask) -> float:
    """px from the outline of what differs to each of its px, on average."""
    return float(cv2.distanceTransform(np.pad(where, 1).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1][where].mean())


def _is_flat(top: Plane, beneath: Plane, where: Mask, strong: Mask, noise: float) -> bool:
    """Whether nearly all px that differ are of two colours, or as near to such as an edge reaches that JPEG saved."""
    flat = _of_two_colours(top, strong, noise)
    even = cv2.morphologyEx(flat.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))  # texture has gaps
    near = cv2.dilate(even, np.ones((EDGE, EDGE), np.uint8)) > 0
    if flat[strong].mean() < FLAT or near[where].mean() < NEARLY_ALL:
        return False
    changed = hull(where) & (most(np.abs(top - beneath)) > EVEN + 3 * noise)
    pieces = cv2.morphologyEx((changed & ~near).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return int(pieces.sum()) <= OWN * int(changed.sum())


def _of_two_colours(top: Plane, strong: Mask, noise: float) -> Mask:
    """(h, w) which px are of one of the two colours that most of the strong px have; colour varies more than light."""
    tolerance = EVEN + 3 * noise
    left, flat = top[strong], np.zeros(strong.shape, np.bool_)
    for _ in range(2):
        if not len(left):
            break
        colour = commonest(left.astype(np.int16), 2 * FEW)
        flat |= _of_colour(top, colour, tolerance)
        left = left[~_of_colour(left, colour, tolerance)]
    return flat


def _of_colour(levels: Plane, colour: NDArray[np.int16], tolerance: float) -> Mask:
    off = levels - colour.astype(np.float32)
    is_light = np.abs(off @ LUMA.astype(np.float32)) <= tolerance
    return np.asarray(is_light & every(np.abs(off) <= HALVED * tolerance), np.bool_)


def _share_of_a_picture(top: Plane, beneath: Plane, where: Mask, strong: Mask, noise: float) -> float:
    """Share of the px that changed between all those `where` they differ that lie in pieces of other colours than the
    two, and of no mixture of these with what is beneath."""
    tolerance = EVEN + 3 * noise
    change = top - beneath
    changed = hull(where) & (most(np.abs(change)) > tolerance)
    top_of, beneath_of, change_of = top[changed], beneath[changed], change[changed]
    other_of = np.ones(len(top_of), np.bool_)
    for side in _sides(change):
        part = strong & side
        if part.sum() < 3:
            continue
        for colour in (np.median(top[part], axis=0), _farthest(top[part], change[part])):
            other_of &= ~every(np.abs(top_of - colour) <= tolerance)
            other_of &= _off_mixing(change_of, colour - beneath_of) > tolerance
    other = np.zeros(changed.shape, np.uint8)
    other[changed] = other_of
    pieces = cv2.morphologyEx(other, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return float(pieces.sum()) / max(len(top_of), 1)


def mixed(top: Plane, beneath: Plane, noise: float) -> float:
    """Share of (n, 3) px of `top` that lie between what is beneath and one light, or one dark colour."""
    good = 0
    for part in _parts(top, beneath):
        change = top[part] - beneath[part]
        colour = _farthest(top[part], change)
        good += int((_off_mixing(change, colour - beneath[part]) <= EVEN + 3 * noise).sum())
    return good / max(len(top), 1)


def _farthest(top: Plane, change: Plane) -> NDArray[np.float32]:
    """The middle (3,) of the (n, 3) px of `top` that changed most."""
    far = most(np.abs(change))
    return np.asarray(np.median(top[far >= np.quantile(far, 0.8)], axis=0), np.float32)


def _off_mixing(change: Plane, towards: Plane) -> NDArray[np.float32]:
    """Levels that (n, 3) changes are off such as go part of the way `towards` a colour."""
    share = total(change * towards) / np.maximum(total(towards * towards), 1)
    return np.asarray(most(np.abs(change - np.clip(share, 0, 1)[:, None] * towards)))


def _parts(top: Plane, beneath: Plane) -> list[Mask]:
    """Which px are lighter than what is beneath, and which darker, as far as they are not very few."""
    return [part for part in _sides(top - beneath) if part.sum() >= 3]


def _sides(change: Plane) -> tuple[Mask, Mask]:
    """Which px became lighter, and which darker."""
    lighter = change @ LUMA.astype(np.float32) > 0
    return lighter, ~lighter
