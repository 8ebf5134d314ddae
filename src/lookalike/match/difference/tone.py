"""One change of light and colour for the whole picture, as an editor or another lamp makes it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.match.difference.channels import most
from lookalike.match.difference.order_statistics import median, quantile
from lookalike.match.difference.overlap import Mask, Overlap
from lookalike.match.difference.tone_bound import LENIENT, LUMA, ROUNDS, Plane, may_explain
from lookalike.types import Pixels

SIDE: Final = 256
"""px of the planes that it is fitted on: grain and small shifts are averaged away."""
GAMMAS: Final = tuple(float(2 ** (step / 8)) for step in range(-11, 12))
"""Powers that the levels may be raised to."""
GAINS: Final = (0.3, 3.3)
"""Times that the contrast may have changed."""
SATURATIONS: Final = (0.0, 3.0)
TINTS: Final = (0.3, 2.0)
ENDS: Final = (4.0, 251.0)
"""Levels beyond which light is clipped."""
EXPLAINS: Final = 0.65
"""Share of the difference that a change may leave, where it leaves more than this many levels:"""
FAIR: Final = 2.0
EVEN: Final = 8.0
"""Levels of contrast about a px, of which so many or fewer are even."""
LEVELS: Final = 16
POOR: Final = 1.0
"""Levels that a change leaves, from which on another is sought by px at full size."""
AGAIN: Final = 0.6
"""Share of what a change left that another may leave to take its place."""
ENOUGH: Final = 2.0**18
"""px that are looked at for another, about the most."""
SAMPLES: Final = 60
"""px of each of so many steps of light, the most: on paper nearly all are white."""
SAME: Final = 0.15
"""Levels, of which less need no explaining."""
TOGETHER: Final = 16.0
"""Squared levels of colour of its own, of which less does not tell a change of saturation."""
GREY: Final = (0.0, 0.0, 0.0)
DYED: Final = 0.25
"""Change of the saturation that is more than lamps and clipping make."""
COLOURED: Final = 8.0
"""Levels of colour from which on there is a hue."""
NEUTRAL: Final = 3.0
"""Levels of colour, of which so many or fewer are none."""
PAPER: Final = 0.05
"""Share of px that have none in either, from which on they tell that nothing is tinted."""
FADED: Final = 0.3
"""Share of the colour that is left, the most, where a change makes grey of it."""
KEPT: Final = 2.5
"""Levels by which px of one hue may be darker or lighter in grey, the most: what has another dye is."""
MET: Final = 7.0
"""Levels that such px may be off, in the median."""
ONE_HUE: Final = 0.9
"""Cosine between colours of one hue."""
FIRST: Final = 400
"""px that choose a gamma."""


@dataclass(frozen=True)
class Tone:
    """Levels x become `gain` * 255 (x / 255)^`gamma` + `offset`; then each colour is tinted and more or less saturated.

    Red, green and blue are each `tint` * luma + `saturation` * (level - luma).
    """

    gamma: float
    gain: float
    offset: float
    tint: tuple[float, float, float]
    saturation: tuple[float, float, float]

    @property
    def is_plain(self) -> bool:
        """Whether it leaves colours as they are."""
        return self.tint == self.saturation == (1.0, 1.0, 1.0)

    @property
    def curve(self) -> NDArray[np.float32]:
        """(256,) what becomes of each level."""
        levels = self.gain * 255 * (np.arange(256) / 255) ** self.gamma + self.offset
        return np.asarray(np.clip(levels, 0, 255), np.float32)

    @property
    def mixing(self) -> NDArray[np.float32]:
        """(3, 3) from red, green and blue after the curve to those after tint and saturation."""
        tint, saturation = np.array(self.tint)[:, None], np.array(self.saturation)[:, None]
        return np.asarray(tint * LUMA + saturation * (np.eye(3) - LUMA), np.float32)

    def of(self, levels: Plane) -> Plane:
        """(n, 3) levels so changed and clipped."""
        return self.coloured(_lit(levels, self.gamma, self.gain, self.offset))

    def coloured(self, lit: Plane) -> Plane:
        """(n, 3) levels, whose light was changed already, with tint and saturation."""
        return lit if self.is_plain else np.asarray(np.clip(lit @ self.mixing.T, 0, 255))

    def applied(self, pixels: Pixels) -> Pixels:
        """(h, w, 3) so changed, clipped and rounded."""
        if self == UNCHANGED:
            return pixels
        curved = cv2.LUT(pixels, np.rint(self.curve).astype(np.uint8))
        if self.is_plain:
            return np.asarray(curved, np.uint8)
        return np.asarray(cv2.transform(curved, self.mixing), np.uint8)


UNCHANGED: Final = Tone(1.0, 1.0, 0.0, (1.0, 1.0, 1.0), (1.0, 1.0, 1.0))


def luma(pixels: Pixels) -> Plane:
    """(h, w) float32."""
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.float32)


@dataclass(frozen=True)
class Toned:
    """Which side is to be changed so that it looks like the other: `of_a` says a; `off` are levels that are left."""

    tone: Tone
    of_a: bool
    off: float

    def applied(self, found: Overlap) -> Overlap:
        """Both in one tone."""
        if self.of_a:
            return replace(found, a=self.tone.applied(found.a))
        return replace(found, b=self.tone.applied(found.b))


def toned(a: Pixels, b: Pixels, both: Mask) -> Toned:
    """The change that leaves least; none where none is needed.

    Either may be the richer one, from which the other follows: grey and clipped light do not lead back.
    """
    return _chosen(*_samples(*_small(a, b, both)))


def toned_again(a: Pixels, b: Pixels, both: Mask, before: Toned, *, exact: bool = False) -> Toned:
    """The change by px at full size where that leaves far less than the one `before`, where that leaves much.

    Where light was clipped, as all drawn paper is that was made lighter, only px that lie in even places tell. Of an
    `exact` pair most px are equal, and black and white that are mixed at a small size hide what became of grey.
    """
    if before.off <= (SAME if exact else FAIR) and before.tone == UNCHANGED:
        return before
    step = math.ceil(math.sqrt(both.size / ENOUGH))
    some = slice(step // 2, None, step), slice(step // 2, None, step)
    even = np.maximum(_contrast(a)[some], _contrast(b)[some]) <= EVEN
    x, y, is_even = _samples(a[some], b[some], both[some], even)
    from_, to = (x, y) if before.of_a else (y, x)
    changed = before.tone.of(from_)
    was = _mean_off(changed, to)
    if was <= (SAME if exact else POOR) or not may_explain(changed, to):
        return before
    now = _chosen(x, y, is_even)
    return now if now.tone != UNCHANGED and now.off < AGAIN * was else before


def _samples(a: Pixels, b: Pixels, seen: Mask, even: Mask) -> tuple[Plane, Plane, Mask]:
    """Levels (n, 3) of some px that are `seen`, as many of each step of light of a, and which lie in `even` places."""
    at = np.flatnonzero(seen)
    colours, others = a.reshape(-1, 3), b.reshape(-1, 3)
    at = at[_of_every_level(np.take(colours, at, axis=0) @ LUMA)]
    return colours[at].astype(np.float32), others[at].astype(np.float32), even.ravel()[at]


def _chosen(x: Plane, y: Plane, even: Mask) -> Toned:
    """The change between (n, 3) levels x and y."""
    if len(x) < 8:
        return Toned(UNCHANGED, True, 0.0)
    unchanged = _off(x, y, UNCHANGED)
    if unchanged <= SAME or not may_explain(x, y):
        return Toned(UNCHANGED, True, unchanged)
    forth, back = _best(x, y, even), _best(y, x, even)
    off_forth, off_back = _off(x, y, forth), _off(y, x, back)
    # By the contrast of what is to be met: in a pale picture everything is near.
    relative_forth, relative_back = (
        off / max(float(levels.std()), 4.0) for off, levels in ((off_forth, y), (off_back, x))
    )
    least = min(off_forth, off_back)
    if unchanged <= 1.15 * least + 0.05 or least > max(EXPLAINS * unchanged, FAIR):
        return Toned(UNCHANGED, True, unchanged)
    if relative_forth <= relative_back:
        return Toned(forth, True, off_forth)
    return Toned(back, False, off_back)


def _best(x: Plane, y: Plane, even: Mask) -> Tone:
    """From (n, 3) levels x to y, fitted to all px, or to even ones, whichever leaves less.

    Where light was clipped, the mean of an edge is not the edge's mean, and even places tell the change; where letters
    are all that is dark, none is even.
    """
    fits = [(x, y)]
    if 8 <= even.sum() < len(even):
        fits.append((x[even], y[even]))
    tones = [_believable(x, y, *some) for some in fits]
    return min(tones, key=lambda tone: _off(x, y, tone))


def _of_every_level(light: NDArray[np.floating]) -> NDArray[np.int64]:
    """Rows of px, as many of each step of light, as far as there are."""
    steps = (light * LEVELS / 256).astype(np.uint8)
    by_step = np.argsort(steps, kind="stable")  # of bytes, by counting
    held = np.split(by_step, np.cumsum(np.bincount(steps, minlength=LEVELS))[:-1])
    return np.concatenate([rows[:: max(1, -(-len(rows) // SAMPLES))] for rows in held])


def _small(a: Pixels, b: Pixels, both: Mask) -> tuple[Pixels, Pixels, Mask, Mask]:
    """Both at a small size, where both are, and where there is little contrast."""
    height, width = both.shape
    factor = min(1.0, SIDE / max(height, width))
    size = max(2, round(width * factor)), max(2, round(height * factor))
    small = [np.asarray(cv2.resize(each, size, interpolation=cv2.INTER_AREA), np.uint8) for each in (a, b)]
    seen = cv2.resize(both.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA) > 254
    contrast = np.maximum(_contrast(small[0]), _contrast(small[1]))
    even = contrast <= max(EVEN, median(contrast[seen]) if seen.any() else 0.0)
    return small[0], small[1], seen, even


def _contrast(plane: Pixels) -> Plane:
    """Contrast of each px with its neighbours, in the green that most light is."""
    square = np.ones((3, 3), np.uint8)
    green = np.ascontiguousarray(plane[..., 1])
    return np.asarray(cv2.subtract(cv2.dilate(green, square), cv2.erode(green, square)), np.float32)


def _off(x: Plane, y: Plane, tone: Tone) -> float:
    """Mean of what is left, that of px that may show something else being limited."""
    return _mean_off(tone.of(x), y)


def _lit(x: Plane, gamma: float, gain: float, offset: float) -> Plane:
    return np.asarray(np.clip(gain * 255 * (x / 255) ** gamma + offset, 0, 255), np.float32)


def _mean_off(changed: Plane, y: Plane) -> float:
    return float(np.minimum(np.abs(changed - y), LENIENT).mean())


def _fitted(x: Plane, y: Plane, *, plain: bool = False) -> Tone:
    """From (n, 3) levels x to y: the change that leaves least, one without colour where that does as well, or if it is
    to be `plain`."""
    best, least = UNCHANGED, np.inf
    for light in ((1.0, 1.0, 0.0), _light(x.ravel(), y.ravel()), _light(x @ LUMA, y @ LUMA)):
        tones = [Tone(*light, UNCHANGED.tint, UNCHANGED.saturation)]
        levels = _lit(x, *light)
        if not plain:
            tint, saturation = ((float(r), float(g), float(b)) for r, g, b in _colours(levels, y))
            tones += [Tone(*light, UNCHANGED.tint, GREY), Tone(*light, tint, saturation)]
        for tone in tones:
            off = _mean_off(tone.coloured(levels), y)
            if off < 0.9 * least - 0.1:
                best, least = tone, off
    return best


def _believable(x: Plane, y: Plane, some_x: Plane, some_y: Plane) -> Tone:
    """The change fitted to some px that is believed of all, if only without colour."""
    for plain in (False, True):
        tone = _fitted(some_x, some_y, plain=plain)
        if _is_believed(tone, x, y):
            return tone
    return UNCHANGED


def _is_believed(tone: Tone, x: Plane, y: Plane) -> bool:
    """Whether no other dye explains it as well.

    Paper that stays grey was not tinted. What has one hue alone does not tell a change of colour and light of the whole
    picture from goods of another colour: grey is believed of it where that leaves the light as it was.
    """
    chroma = _chroma(x)
    neutral = (most(np.abs(chroma)) <= NEUTRAL) & (most(np.abs(_chroma(y))) <= NEUTRAL)
    if neutral.mean() >= PAPER and median(most(np.abs(_chroma(tone.of(x[neutral]))))) > NEUTRAL:
        return False
    change = np.array(tone.saturation) / np.array(tone.tint)
    if np.ptp(change) > 2 * DYED:
        return False
    coloured = most(np.abs(chroma)) > COLOURED
    if not coloured.any() or not _has_one_hue(chroma[coloured]):
        return True
    before, after = x[coloured], tone.of(x[coloured])
    is_faded = median(most(np.abs(_chroma(after)))) <= FADED * median(most(np.abs(chroma[coloured])))
    if not is_faded:
        return bool(np.abs(change - 1).max() < DYED)
    is_kept = quantile(np.abs((after - before) @ LUMA), 0.75) <= KEPT
    return is_kept and median(most(np.abs(after - y[coloured]))) <= MET


def _chroma(levels: Plane) -> Plane:
    """(n, 3) levels without luma."""
    return np.asarray(levels - (levels @ LUMA)[:, None], np.float32)


def _has_one_hue(chroma: Plane) -> bool:
    directions = chroma / np.linalg.norm(chroma, axis=1)[:, None]
    middle = directions.mean(axis=0)
    return float(((directions @ middle) > ONE_HUE * np.linalg.norm(middle)).mean()) > 0.9


def _light(x: NDArray[np.floating], y: NDArray[np.floating]) -> tuple[float, float, float]:
    """Gamma, gain and offset from levels x to y, robustly: all gammas by some px, then those about the best by all."""
    lit = (y > ENDS[0]) & (y < ENDS[1]) & (x > ENDS[0]) & (x < ENDS[1])
    if lit.sum() < 8 or float(np.ptp(x[lit])) < 8:
        return 1.0, 1.0, float(np.median(y - x))
    inner, target = x[lit].astype(np.float32), y[lit].astype(np.float32)
    some = slice(None, None, max(1, len(inner) // FIRST))
    best = int(_curves(inner[some], target[some], GAMMAS)[2].argmin())
    gammas = GAMMAS[max(0, best - 1) : best + 2]
    gain, offset, cost = _curves(inner, target, gammas)
    best = int(cost.argmin())
    return gammas[best], float(gain[best]), float(offset[best])


def _curves(inner: Plane, target: Plane, gammas: Sequence[float]) -> tuple[Plane, Plane, Plane]:
    """(g,) gain and offset of each gamma, and what they leave."""
    curves = (255 * (inner[None] / 255) ** np.array(gammas, np.float32)[:, None]).astype(np.float32)  # (g, n)
    weights, off = np.ones_like(curves), curves
    gain, offset = np.ones((len(gammas), 1), np.float32), np.zeros((len(gammas), 1), np.float32)
    for step in range(ROUNDS):
        if step:
            weights = 1 / (1 + np.square(off / LENIENT))
        total = weights.sum(axis=1, keepdims=True)
        mean_x = (weights * curves).sum(axis=1, keepdims=True) / total
        mean_y = (weights * target).sum(axis=1, keepdims=True) / total
        centred = curves - mean_x
        weighted = weights * centred
        spread = np.maximum((weighted * centred).sum(axis=1, keepdims=True), 1e-6)
        gain = np.clip((weighted * (target - mean_y)).sum(axis=1, keepdims=True) / spread, *GAINS)
        offset = mean_y - gain * mean_x
        off = np.abs(gain * curves + offset - target)
    left = np.minimum(off, LENIENT).mean(axis=1)
    return gain[:, 0], offset[:, 0], np.asarray(left + 0.05 * np.abs(np.log2(gammas)), np.float32)


def _colours(levels: NDArray[np.floating], y: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(3,) tint and saturation of each channel, robustly, from (n, 3) levels to (n, 3) levels y."""
    lumas = levels @ LUMA  # (n,)
    lit = ((y > ENDS[0]) & (y < ENDS[1])).T.astype(np.float64)  # (3, n)
    chroma, target = (levels - lumas[:, None]).T, y.T
    rows = np.stack([np.broadcast_to(lumas, chroma.shape), chroma], axis=1).astype(np.float64)  # (3, 2, n)
    count = lit.sum(axis=1)
    # Where colour and light vary together, which of the two has changed is open: the channel as a whole then.
    apart = TOGETHER * count[:, None, None] * np.array([[1.0, -1.0], [-1.0, 1.0]]) + 1e-6 * np.eye(2)
    weights, solution = lit, np.ones((3, 2, 1))
    for step in range(ROUNDS):
        if step:
            off = (solution.transpose(0, 2, 1) @ rows)[:, 0] - target  # (3, n)
            weights = lit / (1 + np.square(off / LENIENT))
        weighted = rows * weights[:, None]
        solution = np.linalg.solve(weighted @ rows.transpose(0, 2, 1) + apart, weighted @ target[:, :, None])
    solution[count < 8] = 1.0
    return np.clip(solution[:, 0, 0], *TINTS), np.clip(solution[:, 1, 0], *SATURATIONS)
