"""Which places of a template are told: those where it is, exactly it, and not another sign of its family.

An engine proposes places by their correlation; its detail says whether one is more than chance (`presence`), and what
clearly disagrees there says that it is something else, whatever it scores (`disagreement`). Where the very px of the
template are somewhere in the picture, what is merely like them is not told.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.match.locate import one_colour
from lookalike.match.locate.disagreement import LUMA, Colour, Colours, Disagreement, disagreement
from lookalike.match.locate.exact import check
from lookalike.match.locate.integral_images import Mask
from lookalike.match.locate.phase_correlation import Phase
from lookalike.match.locate.planes import planes
from lookalike.match.locate.presence import clear_of, detail, is_there
from lookalike.protocols import Locator
from lookalike.types import Kind, Located, Picture, Placement

HALF: Final = 128
"""Opacity from which on a px counts."""
CLEAR: Final = 250
"""Opacity from which on nothing shines through."""
EQUAL: Final = 1
"""Levels by which a px may differ and be the same."""
MORE: Final = 12
"""Places that are asked for where the best are not the template."""
COLOURFUL: Final = 24
"""Levels of a channel beside another that a picture with colours has somewhere."""
COVERED: Final = (0.08, 0.7)
"""Share of a template that may be covered: less is a sign of its own, more leaves too little."""
SOLID: Final = 0.6
"""Share of a cover whose px all have another level."""
REACHED: Final = 0.7
"""Share of the root of its area, by which a cover lies along the template's border."""
SLIP: Final = 0.05
"""Share of a side, across which what differs belongs to one cover."""
ALIKE: Final = 0.9
"""Correlation of a small sign, no part of which disagrees, from which on it is there."""
STEEP: Final = 24
"""Levels between neighbours where something ends."""
TELLING: Final = 12
"""px of outlines in which a small sign, no part of which disagrees, must agree."""
NO_SHIFT: Final = "no shift stands out: the two may show different things, or share too little of their sides"
MOST: Final = 2**19
"""px of a template that are compared; larger ones are halved."""
RANKS: Final[dict[Kind | None, int]] = {"exact": 3, "same": 2, None: 2, "covered": 1, "like": 0, "chance": -1}


@dataclass(frozen=True, eq=False)
class Sought:
    """A template, of which `mask` counts (None: all), and of that `core` is nothing shining through."""

    template: Picture
    mask: Mask | None = None
    core: Mask | None = None

    @property
    def counted(self) -> Mask:
        """(th, tw)"""
        whole = np.ones(self.template.pixels.shape[:2], bool) if self.mask is None else self.mask
        if self.core is None or self.core.sum() < 0.25 * whole.sum():
            return whole
        return self.core


@dataclass(frozen=True)
class Rule:
    """Rule by which a place is one of the template: its detail, or the score from which on outlines are enough."""

    there: Callable[[Placement], bool]
    alike: float


def of_opacity(template: Picture, alpha: NDArray[np.uint8] | None) -> Sought:
    """A template with how opaque each px of it is (th, tw); None: wholly."""
    if alpha is None or (alpha.shape == template.pixels.shape[:2] and (alpha >= CLEAR).all()):
        return Sought(template)
    return Sought(template, alpha >= HALF, alpha >= CLEAR)


def judged(
    locator: Locator,
    sought: Sought,
    image: Picture,
    k: int,
    there: Callable[[Placement], bool] = is_there,
    alike: float = ALIKE,
) -> Located:
    """The best `k` places of those that `locator` proposes, each with its `kind`: what is told before what is not.

    Of kind `exact`, `same` and `covered` are told; `like` are those that something disagrees with, or that are not
    exact where others are, and `chance` those that share no detail. Where a locator tells nothing of detail, nothing
    is judged: kind None. `there` says what detail says of a place; with nothing that disagrees and a score of `alike`
    or more, outlines that agree are enough.
    """
    small = planes(sought.template, False)
    check(small, small, sought.mask)
    if _goes_by_detail(locator) and one_colour.is_of_one_colour(sought.template.pixels, sought.counted):
        check(small, planes(image, False), sought.mask)
        return _of_one_colour(locator, sought, image, k)
    asked, found = k, locator.locate(sought.template, image, k, sought.mask)
    told = _judged(locator, sought, image, found, Rule(there, alike))
    while _is_rival_in_front(told, asked, k):
        asked = MORE if asked < MORE else 4 * asked
        found = locator.locate(sought.template, image, asked, sought.mask)
        told = _judged(locator, sought, image, found, Rule(there, alike))
    return replace(found, placements=tuple(told[:k]))


def is_told(place: Placement) -> bool:
    """Whether the template is there."""
    return RANKS[place.kind] > 0


def _goes_by_detail(locator: Locator) -> bool:
    return getattr(locator, "comparison", None) == "ccoeff-normed"


def _is_rival_in_front(told: Sequence[Placement], asked: int, k: int) -> bool:
    """Whether places that are merely like it took those of others, and there may be more."""
    wanting = sum(is_told(one) for one in told) < k
    return wanting and len(told) == asked and asked <= max(MORE, k) and any(one.kind == "like" for one in told)


def _judged(locator: Locator, sought: Sought, image: Picture, found: Located, rule: Rule) -> list[Placement]:
    """Each by itself, then beside the exact ones."""
    if isinstance(locator, Phase) and not found.certain:
        return [replace(one, kind="chance", why=NO_SHIFT) for one in found.placements]
    if all(place.detail is None for place in found.placements):
        return list(found.placements)
    colour: Colour = "kept" if getattr(locator, "colour", False) else "told" if _has_colours(image) else "none"
    across = image.pixels.shape[1] / image.size[0]
    places = [_kind_of(one, sought, image, across, colour, rule) for one in found.placements]
    if any(one.kind == "exact" for one in places):
        places = [_beside_exact(one) for one in places]
    return sorted(places, key=lambda one: (-RANKS[one.kind], -one.score))


def _beside_exact(place: Placement) -> Placement:
    if place.kind not in ("same", "covered"):
        return place
    return replace(place, kind="like", why="elsewhere in the picture it is the same to the px, here it is not")


def _has_colours(image: Picture) -> bool:
    red, green, blue = (image.pixels[::4, ::4, channel] for channel in range(3))
    least, most = np.minimum(np.minimum(red, green), blue), np.maximum(np.maximum(red, green), blue)
    return int((most - least).max(initial=0)) >= COLOURFUL


def _kind_of(
    place: Placement,
    sought: Sought,
    image: Picture,
    across: float,
    colour: Colour,
    rule: Rule,
) -> Placement:
    inside = sought.counted
    posed = (place.scale, place.angle) != (1, 0)
    if not posed and _is_exact(sought.template.pixels, _window(image.pixels, place, across, inside.shape), inside):
        return replace(place, kind="exact")
    template = sought.template.pixels.astype(np.float32)
    compared = []
    for seen in _seen(place, image, across, inside.shape):
        compared.append((disagreement(*_alike(template, seen, inside), colour), seen))
        if not compared[-1][0].regions:
            break
    found, _ = min(compared, key=lambda one: sum(region.mass for region in one[0].regions))
    is_alike = place.score >= rule.alike and not posed
    if not rule.there(place) and not (is_alike and (found.regions or _outlines(sought) >= TELLING)):
        return replace(place, kind="chance", why=_chance(place))
    if not found.regions:
        return replace(place, kind="same")
    for one, seen in compared:
        cover = _cover(one, sought, seen, place, colour)
        if cover is not None:
            share = cover.sum() / inside.sum()
            return replace(place, kind="covered", why=f"{share:.0%} of it is covered by something else")
    x, y, width, height = found.regions[0].box
    other = "another colour" if found.in_colour else "something else"
    return replace(place, kind="like", why=f"there is {other} at {x}, {y} of it, {width} x {height} px")


def _chance(place: Placement) -> str:
    if place.detail is None:
        return "it does not agree"
    return (
        f"its detail agrees no more than chance would have it ({place.detail:.1f} times its spread, "
        f"{clear_of(place):g} are asked)"
    )


def _is_exact(template: NDArray[np.uint8], window: NDArray[np.uint8] | None, inside: Mask) -> bool:
    if window is None:
        return False
    apart = cv2.absdiff(template, np.ascontiguousarray(window))
    return int(apart[inside].max(initial=0)) <= EQUAL


def _window(
    pixels: NDArray[np.uint8], place: Placement, across: float, shape: tuple[int, ...]
) -> NDArray[np.uint8] | None:
    left, top = (round(at * across) for at in place.box[:2])
    found = pixels[max(top, 0) : top + shape[0], max(left, 0) : left + shape[1]]
    return found if found.shape[:2] == shape else None


def _outlines(sought: Sought) -> int:
    """px of it where something ends."""
    inside = sought.counted
    steep = cv2.morphologyEx(sought.template.pixels.max(axis=2), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    return int((inside & (steep > max(STEEP, 0.3 * int(steep[inside].max(initial=0))))).sum())


def _alike(
    template: NDArray[np.float32], seen: NDArray[np.float32], inside: Mask
) -> tuple[NDArray[np.float32], NDArray[np.float32], Mask]:
    while template.shape[0] * template.shape[1] > MOST:
        size = (template.shape[1] // 2, template.shape[0] // 2)
        template, seen = (cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in (template, seen))
        inside = cv2.resize(inside.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    return template, seen, inside


def _seen(place: Placement, image: Picture, across: float, shape: tuple[int, ...]) -> list[NDArray[np.float32]]:
    """Windows under the template, as large as it: at whole px, and at the part of a px that its score suggests."""
    x, y, width, height = (side * across for side in place.box)
    whole = _window(image.pixels, place, across, shape)
    if (place.scale, place.angle) == (1, 0):
        exact = [] if whole is None else [whole.astype(np.float32)]
        if max(abs(x - round(x)), abs(y - round(y))) < 0.1 and exact:
            return exact
        return [*exact, _warped(image, (x, y), 1.0, 0.0, shape)]
    scale = width / shape[1]
    cosine, sine = math.cos(place.angle), math.sin(place.angle)
    corner = (
        x + width / 2 - (width * cosine - height * sine) / 2,
        y + height / 2 - (width * sine + height * cosine) / 2,
    )
    return [_warped(image, corner, scale, place.angle, shape)]


def _warped(
    image: Picture, corner: tuple[float, float], scale: float, angle: float, shape: tuple[int, ...]
) -> NDArray[np.float32]:
    """(th, tw, 3) from a corner on, turned by `angle` and `scale` times as large there."""
    cosine, sine = scale * math.cos(angle), scale * math.sin(angle)
    half = np.array([cosine - sine, sine + cosine]) / 2  # to the middle of the first px
    start = np.array(corner) + half - 0.5
    forward = np.array([[cosine, -sine, start[0]], [sine, cosine, start[1]]])
    return np.asarray(
        cv2.warpAffine(
            image.pixels,
            forward,
            (shape[1], shape[0]),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.float32,
    )


def _cover(found: Disagreement, sought: Sought, seen: Colours, place: Placement, colour: Colour) -> Mask | None:
    """Where something lies over the template: one solid area at its border, beside which the rest agrees by itself.

    None where what differs is a sign of its own.
    """
    if found.clear.shape != sought.counted.shape:
        return None
    tried = (
        _cover_of(one, found.level, sought, seen, place, colour) for one in (found.level, found.clear | found.level)
    )
    return next((cover for cover in tried if cover is not None), None)


def _cover_of(
    differing: Mask, level: Mask, sought: Sought, seen: Colours, place: Placement, colour: Colour
) -> Mask | None:
    """The largest area of what differs, if it is a cover."""
    inside = sought.counted
    reach = 2 * max(1, round(SLIP * min(inside.shape))) + 1
    square = np.ones((reach, reach), np.uint8)
    cover = inside & _largest(differing, square)
    area = int(cover.sum())
    if not COVERED[0] <= area / inside.sum() <= COVERED[1] or (level & cover).sum() < SOLID * area:
        return None
    if sum(int(side.sum()) for side in (cover[0], cover[-1], cover[:, 0], cover[:, -1])) < REACHED * math.sqrt(area):
        return None
    rest = inside & (cv2.dilate(cover.astype(np.uint8), square) == 0)
    template = sought.template.pixels.astype(np.float32)
    if not rest.any() or disagreement(template, seen, rest, colour).regions:
        return None
    one, other = (np.asarray(pixels @ LUMA, np.float32) for pixels in (template, seen))
    return cover if detail(one, other, rest) >= clear_of(place) else None


def _largest(differing: Mask, square: NDArray[np.uint8]) -> Mask:
    """The hull of what hangs together of it, without what is small: here and there a cover looks like the template."""
    reach = square.shape[0]
    framed = cv2.copyMakeBorder(differing.astype(np.uint8), *(reach,) * 4, cv2.BORDER_REPLICATE)
    solid = cv2.morphologyEx(framed, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    closed = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, square)
    whole = cv2.morphologyEx(closed, cv2.MORPH_OPEN, square)[reach:-reach, reach:-reach]
    _, labels, stats, _ = cv2.connectedComponentsWithStats(whole, connectivity=4)
    if len(stats) < 2:
        return np.zeros_like(differing)
    whole = (labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))).astype(np.uint8)
    return np.asarray(cv2.fillConvexPoly(whole, cv2.convexHull(cv2.findNonZero(whole)), (1,)) > 0)


def _of_one_colour(locator: Locator, sought: Sought, image: Picture, k: int) -> Located:
    template, core = sought.template.pixels, sought.counted
    overlap = float(getattr(locator, "overlap", 0.3))
    found = one_colour.located(template, image.pixels, max(MORE, k), overlap, sought.mask, core)
    across, down = image.size[0] / image.pixels.shape[1], image.size[1] / image.pixels.shape[0]
    places = []
    for one in found.placements:
        why = one_colour.why_not(template, image.pixels, one, sought.mask, core)
        window = _window(image.pixels, one, 1.0, core.shape)
        kind: Kind = "exact" if _is_exact(template, window, core) else "same"
        if why is not None:
            kind = "like" if one.score >= one_colour.PATCH else "chance"
        x, y, width, height = one.box
        box = (x * across, y * down, width * across, height * down)
        places.append(replace(one, box=box, kind=kind, why=why))
    if any(one.kind == "exact" for one in places):
        places = [_beside_exact(one) for one in places]
    places.sort(key=lambda one: (-RANKS[one.kind], -one.score))
    return replace(found, placements=tuple(places[:k]))
