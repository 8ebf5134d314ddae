"""All sizes, turns and places of a template in small pictures, coarsely: where to look closer.

A turned template has corners outside its rectangle, so that every turn is compared within a mask of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import TypeAlias

import cv2
import numpy as np

from lookalike.errors import BadPicture
from lookalike.match.locate.correlation import in_threads
from lookalike.match.locate.pose_refinement import Grey, Halvings, Pose

COARSE = 18
"""px of a side of a square as large as the template in the picture that is searched, at least where it has them."""
NARROW = 10
"""px of its shorter side there."""
RATIO = 1.12
"""Ratio of a scale to the next."""
TURN = 2.4
"""px by which the corners of a template move from one angle to the next."""
GRAIN = 2.0
"""Grey levels of contrast below which a window is noise."""
BAND = 2**21
"""px of a map to which a small one is enlarged at a time."""
LEAST_TILE = 1024
"""px of a side of the parts of an image that are transformed by themselves."""
MEMORY = 600_000_000
"""Bytes that a sweep may take beside the pictures."""
BYTES_A_PX = 18
"""Bytes a px of the image, in each thread: scores, angles, a map of both that is merged, and where it peaks."""
PEAK = np.ones((3, 3), np.uint8)
Part: TypeAlias = tuple[slice, slice]
"""Rows and columns."""


@dataclass(frozen=True)
class Guess:
    """A pose on the grid, and its correlation there."""

    pose: Pose
    score: float


@dataclass(frozen=True, eq=False)
class _Scale:
    """One scale: the best guesses, the best score of every pixel, and how many windows there were."""

    guesses: list[Guess]
    best: Grey
    count: int


@dataclass(frozen=True, eq=False)
class Seen:
    """The best guesses, best first, and how many windows were compared."""

    guesses: list[Guess]
    count: int
    maps: Mapping[int, Grey]
    """Best score of every pixel of an image halved so many times."""
    shape: tuple[int, ...]

    def map(self) -> Grey:
        """(h, w) of each px of the image, the best score of all poses with their middle there; made anew each time."""
        best = np.full(self.shape, -1, np.float32)
        for number, seen in self.maps.items():
            # A halved picture leaves out what is left of its last px. In bands: all of it would be a second map.
            size, columns = 1 << number, seen.shape[1] << number
            rows = max(1, BAND // (columns * size))
            for row in range(0, len(seen), rows):
                band = seen[row : row + rows]
                large = cv2.resize(band, (columns, len(band) * size), interpolation=cv2.INTER_NEAREST)
                there = best[row * size : row * size + len(large), :columns]
                np.maximum(there, large, out=there)
        return best


@dataclass(frozen=True, eq=False)
class Sweep:
    """A template and an image, and what is allowed."""

    template: Halvings
    mask: Halvings
    image: Halvings
    scales: tuple[float, float]
    angles: tuple[float, float]
    """rad"""

    def seen(self, most: int, threads: int) -> Seen:
        """At most so many guesses; raises `BadPicture`, too_large, where they take more memory than there is for it."""
        scales = geometric(*self.scales, RATIO)
        maps: dict[int, Grey] = {}
        lock = Lock()

        def at(scale: float) -> tuple[list[Guess], int]:
            number = self._number(scale)
            one = self._at(scale, number, most)
            with lock:
                maps[number] = np.maximum(maps[number], one.best) if number in maps else one.best
            return one.guesses, one.count

        found = in_threads(at, scales, min(threads, self._affordable(scales)))
        guesses = sorted((guess for of_scale, _ in found for guess in of_scale), key=lambda one: -one.score)
        return Seen(guesses[:most], sum(count for _, count in found), maps, self.image.at(0).shape)

    def _affordable(self, scales: list[float]) -> int:
        """Threads that memory has room for, beside the maps that are kept."""
        sizes = [self.image.at(number).size for number in {self._number(scale) for scale in scales}]
        threads = (MEMORY - 4 * sum(sizes)) // (BYTES_A_PX * max(sizes))
        if threads >= 1:
            return threads
        (height, width), (rows, columns) = self.image.at(0).shape, self.template.at(0).shape
        raise BadPicture(
            "too_large",
            f"to look for a template of {columns} x {rows} px at sizes from {self.scales[0]:g} on "
            f"in {width} x {height} px takes more than {MEMORY / 1e6:.0f} MB: make both smaller",
        )

    def _number(self, scale: float) -> int:
        """How often the image is halved for a template so large."""
        height, width = self.template.at(0).shape
        room = min(math.sqrt(height * width) / COARSE, min(height, width) / NARROW)
        number = max(0, math.floor(math.log2(scale * room)))
        return min(number, max(0, math.floor(math.log2(min(self.image.at(0).shape) / COARSE))))

    def _at(self, scale: float, number: int, most: int) -> _Scale:
        height, width = self.template.at(0).shape
        image = self.image.at(number)
        shrunk = scale / 2.0**number
        half = math.ceil(shrunk * math.hypot(height, width) / 2) + 1
        best, angles = np.full(image.shape, -1, np.float32), np.zeros(image.shape, np.float32)
        mean, turns = np.float32(image.mean()), self._turns(image.shape, shrunk, half)
        for tile in _tiles(image.shape, half) if turns else ():
            windows = _Windows.of(image, mean, tile, half)
            for turn in turns:
                place = _within(turn.place, tile)
                scores = windows.correlation(turn.grey, turn.mask)[_within(turn.place, tile, from_tile=True)]
                better = scores > best[place]
                best[place][better], angles[place][better] = scores[better], turn.angle
        count = sum(math.prod(part.stop - part.start for part in turn.place) for turn in turns)
        return _Scale(_peaks(best, angles, scale, number, most), best, count)

    def _turns(self, shape: tuple[int, ...], shrunk: float, half: int) -> list[_Turn]:
        """The angles at which a template so large has room, and anything to compare."""
        height, width = self.template.at(0).shape
        found = []
        for angle in _angles(self.angles, TURN / (shrunk * math.hypot(height, width) / 2)):
            place = _room(shape, shrunk * width / 2, shrunk * height / 2, angle)
            turned = None if place is None else self._turned(shrunk, angle, half)
            if place is not None and turned is not None:
                found.append(_Turn(angle, place, *turned))
        return found

    def _turned(self, shrunk: float, angle: float, half: int) -> tuple[Grey, Grey] | None:
        """The template so large and turned in (2 half + 1) px each way, without its mean; and its mask."""
        number = max(0, math.floor(math.log2(1 / shrunk)))
        while number and min(self.template.at(0).shape) < 2 ** (number + 1):
            number -= 1
        height, width = self.template.at(0).shape
        turn = Pose(0, 0, shrunk * 2.0**number, angle).turn
        shift = half - turn @ np.array([width / 2.0 ** (number + 1) - 0.5, height / 2.0 ** (number + 1) - 0.5])
        forward, size = np.hstack([turn, shift[:, None]]), (2 * half + 1, 2 * half + 1)
        grey = cv2.warpAffine(
            self.template.at(number), forward, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        inside = cv2.warpAffine(self.mask.at(number), forward, size, flags=cv2.INTER_LINEAR) > 0.5
        if not inside.any():
            return None
        centred = np.where(inside, grey - grey[inside].mean(), 0).astype(np.float32)
        length = float(np.sqrt(np.square(centred).sum()))
        return (centred / np.float32(length), inside.astype(np.float32)) if length > 0 else None


@dataclass(frozen=True, eq=False)
class _Turn:
    """A template at one angle, with its mask, and where its middle may lie."""

    angle: float
    place: Part
    grey: Grey
    mask: Grey


@dataclass(frozen=True, eq=False)
class _Windows:
    """The spectra of a part of an image and of its square, with room for a template that sticks out by `half`."""

    shape: tuple[int, int]
    square: tuple[int, int]
    values: Grey
    squares: Grey

    @classmethod
    def of(cls, image: Grey, mean: np.float32, tile: Part, half: int) -> _Windows:
        framed = _framed(image, tile, half) - mean
        rows, columns = (cv2.getOptimalDFTSize(side) for side in framed.shape)
        padded = cv2.copyMakeBorder(
            framed, 0, rows - framed.shape[0], 0, columns - framed.shape[1], cv2.BORDER_CONSTANT, value=0
        )
        shape = (tile[0].stop - tile[0].start, tile[1].stop - tile[1].start)
        return cls(shape, (rows, columns), cv2.dft(padded), cv2.dft(padded * padded))

    def correlation(self, template: Grey, mask: Grey) -> Grey:
        """(h, w) by the px on which the middle of the template lies."""
        of_template, of_mask = self._spectrum(template), self._spectrum(mask)
        products, sums = self._products(self.values, of_template), self._products(self.values, of_mask)
        count = float(mask.sum())
        variance = self._products(self.squares, of_mask) - sums * sums / np.float32(count)
        return np.asarray(products / np.sqrt(np.maximum(variance, np.float32(count * GRAIN**2))))

    def _spectrum(self, kernel: Grey) -> Grey:
        padded = np.zeros(self.square, np.float32)
        padded[: kernel.shape[0], : kernel.shape[1]] = kernel
        return np.asarray(cv2.dft(padded))

    def _products(self, image: Grey, kernel: Grey) -> Grey:
        both = cv2.mulSpectrums(image, kernel, 0, conjB=True)
        back = cv2.dft(both, flags=cv2.DFT_INVERSE | cv2.DFT_SCALE | cv2.DFT_REAL_OUTPUT)
        return np.asarray(back[: self.shape[0], : self.shape[1]])


def geometric(least: float, most: float, ratio: float) -> list[float]:
    """From one to the other, evenly, each at most `ratio` times the one before."""
    steps = math.ceil(math.log(most / least) / math.log(ratio) - 1e-9)
    return [float(scale) for scale in np.geomspace(least, most, steps + 1)]


def _angles(allowed: tuple[float, float], step: float) -> Iterator[float]:
    """Both ends, and once only where they are the same direction."""
    spread = allowed[1] - allowed[0]
    if spread >= 2 * math.pi - 1e-9:
        count = math.ceil(2 * math.pi / step)
        yield from (allowed[0] + 2 * math.pi * at / count for at in range(count))
        return
    count = math.ceil(spread / step - 1e-9)
    yield from (allowed[0] + spread * at / max(count, 1) for at in range(count + 1))


def _tiles(shape: tuple[int, ...], half: int) -> list[Part]:
    """Parts that make up an image: to transform it whole takes some 40 bytes a px, in each thread."""
    side = max(LEAST_TILE, 4 * half)
    starts = [range(0, length, side) for length in shape]
    return [
        (slice(top, min(top + side, shape[0])), slice(left, min(left + side, shape[1])))
        for top in starts[0]
        for left in starts[1]
    ]


def _framed(image: Grey, tile: Part, half: int) -> Grey:
    """A part of an image with `half` px about it: those of the image, its outermost ones repeated where it ends."""
    (height, width), (rows, columns) = image.shape, tile
    top, bottom = max(rows.start - half, 0), min(rows.stop + half, height)
    left, right = max(columns.start - half, 0), min(columns.stop + half, width)
    return np.asarray(
        cv2.copyMakeBorder(
            image[top:bottom, left:right],
            top - rows.start + half,
            rows.stop + half - bottom,
            left - columns.start + half,
            columns.stop + half - right,
            cv2.BORDER_REPLICATE,
        )
    )


def _within(place: Part, tile: Part, *, from_tile: bool = False) -> Part:
    """Part that lies in both, in px of the image or from the first px of the tile on; empty where nothing does."""
    rows, columns = (_common(one, other, from_tile) for one, other in zip(place, tile, strict=True))
    return rows, columns


def _common(one: slice, other: slice, from_other: bool) -> slice:
    start = max(one.start, other.start)
    origin = other.start if from_other else 0
    return slice(start - origin, max(start, min(one.stop, other.stop)) - origin)


def _room(shape: tuple[int, ...], across: float, down: float, angle: float) -> Part | None:
    """Where the middle of a turned rectangle may lie, for it to stick out by less than a px."""
    cosine, sine = abs(math.cos(angle)), abs(math.sin(angle))
    x, y = across * cosine + down * sine, across * sine + down * cosine
    left, top = max(0, math.floor(x - 1)), max(0, math.floor(y - 1))
    right, bottom = shape[1] - left, shape[0] - top
    return (slice(top, bottom), slice(left, right)) if right > left and bottom > top else None


def _peaks(best: Grey, angles: Grey, scale: float, number: int, most: int) -> list[Guess]:
    """At most so many, best first, of scores and angles in an image that was halved `number` times."""
    rows, columns = np.nonzero((best >= cv2.dilate(best, PEAK)) & (best > 0))
    scores = best[rows, columns]
    first = np.argsort(-scores, kind="stable")[:most]
    size = 2.0**number
    return [
        Guess(Pose((x + 0.5) * size, (y + 0.5) * size, scale, float(angles[y, x])), float(best[y, x]))
        for y, x in zip(rows[first].tolist(), columns[first].tolist(), strict=True)
    ]
