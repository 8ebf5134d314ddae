"""Two pictures and a geometry between them: what differs, how much of each the other shows, which edits were made, and
what that makes of the two."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np

from lookalike.match.difference import turned
from lookalike.match.difference.align import closer
from lookalike.match.difference.coverage import Shares, shared_outline, shares
from lookalike.match.difference.edits import edits
from lookalike.match.difference.ground import Grounded, on_one_ground
from lookalike.match.difference.level import levels
from lookalike.match.difference.order_statistics import quantile
from lookalike.match.difference.overlap import Mask, Overlap, inverse, overlap
from lookalike.match.difference.regions import Kind, Region, regions
from lookalike.match.difference.residual import CELL, Residual, has_equal_px, residual
from lookalike.match.difference.tone import UNCHANGED, Toned, toned, toned_again
from lookalike.match.verify.projection import facing, project
from lookalike.pixels.resize import outline
from lookalike.types import Box, Matrix, Picture, Size

Verdict = Literal["copy", "part", "variant"]
GLANCE: Final = 256.0**2
"""px of the grid on which it is seen whether a closer look is worth it."""
CLOSE: Final = 2.0e6
"""px of the grid, the most, on which a verdict rests."""
HOPELESS: Final = 0.25
"""Agreement at a glance of what cannot align."""
ALIGNED: Final = 0.5
"""Share of corners that lie exactly at a glance, from which on that is not asked: of 268 pairs, all agreed in half."""
TWO_THIRDS: Final = 2 / 3
AGREES: Final = (0.85, 0.6)
"""Share of what has contrast, and is not covered, that must agree in a copy; in a blurred, noisy or exact one."""
NOISY: Final = 2.0
"""Levels of noise from which on it is."""
BLURRED: Final = 0.8
"""px of blur."""
EXACT: Final = 0.7
"""Share of corners that lie exactly: JPEG takes faint detail away, and leaves these."""
ALIGNS: Final = (0.25, 0.18, 0.55)
"""Share of detail that agrees where two pictures have one make-up, share of corners that lie exactly, and their sum.

Other photos of a scene agree in up to .46 of their detail, but hardly any corner lies exactly (docs/decisions/0022).
"""
SPREAD: Final = 0.5
"""Share of the extent of all detail over which some agrees, the least in pictures of one make-up: words alone that two
pictures bear lie in a smaller place. Of 155 variants none had less than .61, of 89 such pairs 66 had less than .5."""
SCATTER: Final = 0.12
"""px by which corners are off where a map does not tell all."""
STILL: Final = 0.04
"""px that need no second laying over."""
SLANT: Final = 0.03
"""Cosine of the angle between what were upright edges: an editor makes no more."""
WINDOWS: Final = 12
"""Windows of detail that agree, the least that prove a copy."""
WINDOW: Final = 4
"""Cells of each."""


@dataclass(frozen=True)
class Difference:
    """A place that differs: boxes in px of the originals, the share of what both show that its px take, and its kind.

    `content` is what nothing explains. A `speck` is a px or two.
    """

    box_a: Box
    box_b: Box
    share: float
    kind: Kind


@dataclass(frozen=True, eq=False)
class Comparison:
    """How b shows a. `model` takes px of a to px of b, exact to a fraction of a px.

    `coverage` are the shares of a that b shows, and of b that a shows; bars, borders and empty paper count to neither.
    `agreement` is the share of what has contrast that agrees, `exact` the share of corners that lie
    where `model` puts them, `windows` how many places of detail agree.
    `verdict` is None where the two do not align.
    """

    verdict: Verdict | None
    model: Matrix
    coverage: tuple[float, float]
    edits: tuple[str, ...]
    differs: tuple[Difference, ...]
    agreement: float
    exact: float
    windows: int


@dataclass(frozen=True, eq=False)
class Looked:
    """Overlap of a and b at one scale, `laid` as they came, and what was found in it.

    `exact` is the share of corners that lie exactly; with `shift`, places may be a px away from where they belong.
    """

    a: Picture
    b: Picture
    model: Matrix
    laid: Overlap
    tone: Toned
    exact: float
    shift: bool
    is_glance: bool

    @cached_property
    def found(self) -> Overlap:
        """Both in one tone."""
        return self.tone.applied(self.laid)

    @cached_property
    def left(self) -> Residual:
        """Differences; at a glance those of one size, and blurred only where hardly anything agrees otherwise."""
        is_toned = self.tone.tone != UNCHANGED
        if not self.is_glance:
            return residual(self.found, shift=self.shift, toned=is_toned)
        left = residual(self.found, shift=self.shift, toned=is_toned, scales=1, sharpen=False)
        if left.agreement < HOPELESS:  # one of the two may be blurred
            left = residual(self.found, shift=self.shift, toned=is_toned, scales=1)
        return left

    @property
    def is_hopeless(self) -> bool:
        """Whether hardly anything agrees, so that nothing will."""
        return self.exact < ALIGNED and self.left.agreement < HOPELESS

    def shows_all_of(self, a: Picture, b: Picture) -> bool:
        """Whether no px of these two are lost in it, so that on more px they lie as they do here."""
        return self.laid.full and self.a is a and self.b is b


def compare_pixels(a: Picture, b: Picture, model: Matrix) -> Comparison | None:
    """None where `model` (px of a to px of b) lays hardly anything of one over the other.

    A homography counts as the affine map that it is in the middle of what both show.
    """
    glance = glance_at(a, b, model)
    return None if glance is None else compare_closely(a, b, glance)


def glance_at(a: Picture, b: Picture, model: Matrix) -> Looked | None:
    """First look, which tells whether a close one is worth it; small pictures of the two do as well."""
    model = affine(model, a.size, b.size)
    on = on_one_ground(a, b, model)
    return look(on.a, on.b, model, GLANCE, reach=3)


def compare_closely(a: Picture, b: Picture, glance: Looked) -> Comparison:
    """Comparison of all px that a and b have, from where a `glance` put them."""
    on = on_one_ground(a, b, glance.model)
    if glance.is_hopeless:
        return _told(on, glance, [])
    closest = look(on.a, on.b, glance.model, CLOSE, reach=2, before=glance)
    seen = closest if closest is not None else glance
    return _told(on, seen, regions(seen.found, seen.left, levels(seen.found, seen.left)))


def look(
    a: Picture, b: Picture, model: Matrix, most: float, *, reach: int, before: Looked | None = None
) -> Looked | None:
    """The two on at most `most` px, aligned as exactly as that shows; `reach` halvings away at first.

    The tone is that of the look `before`, where there was one and all px tell no better; `model` is its own then.
    """
    known = before.laid if before is not None and before.shows_all_of(a, b) else None
    laid = known or overlap(a, b, model, most)
    if laid is None:
        return None
    exact, shift = 0.0, False
    fit = closer(laid, reach)
    if fit is not None:
        exact, shift = fit.exact, fit.scatter > SCATTER
        if _moves(fit.moved, laid.size) > STILL:
            moved = laid.to_b @ fit.moved @ inverse(laid.to_a)
            again = overlap(a, b, moved, most)
            if again is not None:
                laid, model = again, moved
    light = laid.a, laid.b, laid.both
    tone = toned(*light) if before is None else toned_again(*light, before.tone, exact=has_equal_px(laid))
    return Looked(a, b, model, laid, tone, exact, shift, before is None)


def _moves(moved: Matrix, size: Size) -> float:
    """px by which it moves a corner, the most."""
    corners = outline(size)
    return float(np.abs(project(moved, corners) - corners).max())


def affine(model: Matrix, size_a: Size, size_b: Size) -> Matrix:
    """The affine map that a homography is in the middle of what both pictures show."""
    if np.abs(model[2, :2]).max() < 1e-12 * abs(model[2, 2]):
        return np.asarray(model / model[2, 2], np.float64)
    model = facing(model, outline(size_a))
    shared = shared_outline(model, size_a, size_b)
    middle = shared.mean(axis=0) if len(shared) else np.array(size_b) / 2
    at = project(inverse(model), middle[None])[0]
    lifted = model @ (*at, 1)
    slope = (model[:2, :2] - np.outer(lifted[:2] / lifted[2], model[2, :2])) / lifted[2]
    there = lifted[:2] / lifted[2]
    return np.vstack([np.column_stack([slope, there - slope @ at]), (0, 0, 1)])


def _told(on: Grounded, seen: Looked, places: list[Region]) -> Comparison:
    a, b = on.a, on.b
    shared = shared_outline(seen.model, a.size, b.size)
    of_both = max(int(seen.found.both.sum()), 1)
    differing = sum(place.area for place in places) / of_both
    back = inverse(seen.model)
    of_a = shares(a, project(back, shared) if len(shared) else shared, b, back)
    of_b = shares(b, shared, a, seen.model)
    coverage = _covered(of_a, differing), _covered(of_b, differing)
    agreement, coarsely = _agreements(seen, places)
    spread = _spread(seen.left) * (1 - min(of_a.around, of_b.around))
    windows = int((seen.left.agreeing & seen.left.seen).sum()) // WINDOW
    kinds = {place.kind for place in places}
    blur = max(seen.left.blurred_a, seen.left.blurred_b)
    # Noise and blur take fine agreement away, and nothing of what is coarse.
    lenient = seen.exact >= EXACT or ((seen.left.noise >= NOISY or blur >= BLURRED) and coarsely >= AGREES[False])
    on_one_ground = seen.found.bare is None
    verdict = _verdict(seen.model, coverage, agreement, spread, seen.exact, windows, lenient, kinds, on_one_ground)
    if verdict in ("copy", "part") and _has_turned(seen, places):
        verdict = None
    return Comparison(
        verdict,
        seen.model,
        coverage,
        edits(
            seen.model,
            seen.tone,
            seen.left,
            lossless=seen.left.lossless,
            cropped=of_a.more > 0.01,
            bordered=of_b.around - of_b.more > 0.01,
            pasted=of_b.more > 0.05,
            written="laid on b" in kinds,
            flattened=on.of_b is True,
            cut_out=on.of_b is False,
        ),
        (*(_difference(place, seen.found, of_both) for place in places), *grounds(on, seen.model)),
        agreement,
        seen.exact,
        windows,
    )


def _has_turned(seen: Looked, places: list[Region]) -> bool:
    """Whether few px are off all over, beside what is laid on one of the two."""
    if min(seen.found.size) >= turned.FEW:
        return False
    where = seen.found.both.copy()
    for place in places:
        left, top, right, bottom = place.box
        where[top:bottom, left:right] &= ~place.where
    return turned.has_turned(seen.found.a, seen.found.b, where)


def _covered(of: Shares, differing: float) -> float:
    """Share of a picture that the other shows, of all that is not plain around."""
    return float(of.shown * (1 - differing) / max(of.shown + of.more, 1e-9))


def _agreements(seen: Looked, places: list[Region]) -> tuple[float, float]:
    """Shares that agree of the cells that have contrast and that nothing laid over them explains: fine and coarse."""
    counted = np.ones_like(seen.left.seen)
    for place in places:
        if place.kind in ("laid on a", "laid on b"):
            left, top, right, bottom = place.box
            # Windows that reach into it as well.
            x, y = max(0, left // CELL - 2), max(0, top // CELL - 2)
            window = slice(y, -(-bottom // CELL) + 2), slice(x, -(-right // CELL) + 2)
            counted[window] &= ~place.near(x, y, counted[window].shape)
    fine, coarse = (
        (int((agreeing & having & counted).sum()), int((having & counted).sum()))
        for agreeing, having in (
            (seen.left.agreeing, seen.left.seen),
            (seen.left.coarse.agreeing, seen.left.coarse.seen),
        )
    )
    return fine[0] / max(fine[1], 1), coarse[0] / max(coarse[1], 1)


def _spread(left: Residual) -> float:
    """Area about the cells that agree, by that about all that vary; without the outermost twentieths."""
    return _extent(left.agreeing & left.seen) / max(_extent(left.varied), 1.0)


def _extent(cells: Mask) -> float:
    """Area of a box about most of the cells of a mask."""
    if not cells.any():
        return 0.0
    places = (each.astype(np.float32) for each in np.nonzero(cells))
    return float(np.prod([1 + quantile(each, 0.95) - quantile(each, 0.05) for each in places]))


def _verdict(
    model: Matrix,
    coverage: tuple[float, float],
    agreement: float,
    spread: float,
    exact: float,
    windows: int,
    lenient: bool,
    kinds: set[Kind],
    on_one_ground: bool,
) -> Verdict | None:
    """When in doubt, no copy: what differs must lie on one of the two alone."""
    explained = kinds <= {"laid on a", "speck"} or kinds <= {"laid on b", "speck"}
    if not explained:
        aligns = agreement >= ALIGNS[0] and exact >= ALIGNS[1] and agreement + exact >= ALIGNS[2]
        return "variant" if aligns and spread >= SPREAD else None
    if agreement < AGREES[lenient] or windows < WINDOWS or _slant(model) > SLANT:
        return None
    return "copy" if min(coverage) >= TWO_THIRDS and on_one_ground else "part"


def grounds(on: Grounded, model: Matrix) -> list[Difference]:
    """Where one of the two is transparent and the other shows a ground."""
    if on.of_b is None:
        return []
    left, top, width, height = on.box
    own = np.array([(left, top), (left + width, top), (left + width, top + height), (left, top + height)]) - 0.5
    there = project(model if on.of_b else inverse(model), own)
    boxes = (_box(own), _box(there)) if on.of_b else (_box(there), _box(own))
    return [Difference(*boxes, on.share, "ground of b" if on.of_b else "ground of a")]


def _slant(model: Matrix) -> float:
    linear = model[:2, :2]
    return min(abs(_cosine(linear[:, 0], linear[:, 1])), abs(_cosine(linear[0], linear[1])))


def _cosine(a: Matrix, b: Matrix) -> float:
    return float(a @ b / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-12))


def _difference(place: Region, found: Overlap, of_both: int) -> Difference:
    left, top, right, bottom = place.box
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float64) - 0.5
    box_a, box_b = (_box(project(to, corners)) for to in (found.to_a, found.to_b))
    return Difference(box_a, box_b, place.area / of_both, place.kind)


def _box(corners: Matrix) -> Box:
    (left, top), (right, bottom) = corners.min(axis=0) + 0.5, corners.max(axis=0) + 0.5
    return float(left), float(top), float(right - left), float(bottom - top)
