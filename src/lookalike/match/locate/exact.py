"""Every window compared: a sliding template search without shortcuts."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final, get_args

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadPicture, BadQuery
from lookalike.match.locate.comparisons import COMPARISONS, Compared, Comparison, Pattern, of_window
from lookalike.match.locate.correlation import Kernel, Place, Plane, Response, in_threads
from lookalike.match.locate.integral_images import Mask, Slider
from lookalike.match.locate.peaks import placements
from lookalike.match.locate.planes import planes, scaled_to
from lookalike.match.locate.presence import detail
from lookalike.match.locate.tiled_correlation import Products
from lookalike.types import Located, Picture, Placement

TOLERANCE = 8e-6
"""Largest error of a normed score that single precision may bring."""

MEMORY: Final = 800_000_000
"""Bytes that a search may take beside its pictures."""
BYTES_A_PX: Final = 50
"""Bytes a px of a square that is transformed, in each thread (measured: 1.8 GB for 4500 x 8000 px)."""


@dataclass(frozen=True)
class Exact:
    """All windows by one of the eight comparisons; errors stay below 1e-5, of the largest value where not normed."""

    name: ClassVar[str] = "exact"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Lewis, Fast normalized cross-correlation, Vision Interface 1995"

    comparison: Comparison = "ccoeff-normed"
    colour: bool = False
    """Compare in colour, not in grey."""
    overlap: float = 0.3
    """Two placements may share so much of their union."""
    threads: int = field(default_factory=lambda: os.cpu_count() or 1, compare=False)

    def __post_init__(self) -> None:
        if self.comparison not in get_args(Comparison):
            raise ValueError(f"comparison must be one of {', '.join(get_args(Comparison))}, not {self.comparison!r}")
        if not 0 <= self.overlap < 1:
            raise ValueError(f"overlap is a share below 1, not {self.overlap}")

    def locate(self, template: Picture, image: Picture, k: int = 1, mask: Mask | None = None) -> Located:
        """The best `k` places of `template` in `image`, best first; of its pixels in `mask` (th, tw) alone, if given.

        Both as large as they are: no scale is tried. Raises `BadQuery` where the template is larger than the image.
        """
        response = self.response(planes(template, self.colour), planes(image, self.colour), mask)
        size = (template.pixels.shape[1], template.pixels.shape[0])
        found = self.looked_at(placements(response, size, k, self.overlap), template, image, mask)
        return Located(scaled_to(image, found), True, response)

    def looked_at(
        self, found: Sequence[Placement], template: Picture, image: Picture, mask: Mask | None
    ) -> list[Placement]:
        """Placements in px of `image.pixels`: differences without rounding, of `ccoeff-normed` what detail says."""
        by_detail = self.comparison == "ccoeff-normed"
        small, large = (planes(picture, self.colour and not by_detail) for picture in (template, image))
        seen = [_window(large, place, small.shape) for place in found]
        if by_detail:
            grey = small[:, :, 0].astype(np.float32)
            told = [detail(grey, window[:, :, 0].astype(np.float32), mask) for window in seen]
            return [replace(place, detail=one) for place, one in zip(found, told, strict=True)]
        scores = [of_window(self.comparison, small, window, mask) for window in seen]
        return [
            place if score is None else replace(place, score=score) for place, score in zip(found, scores, strict=True)
        ]

    def response(self, template: Plane, image: Plane, mask: Mask | None = None) -> Response:
        """(h - th + 1, w - tw + 1) scores of all windows of (h, w, c) by (th, tw, c)."""
        check(template, image, mask)
        return self.compared(Pattern.of(template, mask), image, self.threads, mask)

    def compared(
        self,
        pattern: Pattern,
        image: Plane,
        threads: int = 1,
        mask: Mask | None = None,
        tolerance: float = TOLERANCE,
    ) -> Response:
        """Scores of a template that was prepared, with errors of normed scores up to about `tolerance`."""
        size, compare = pattern.centred.shape[:2], COMPARISONS[self.comparison]
        kernel = Kernel.of(pattern.centred, image.shape)
        found = np.empty((image.shape[0] - size[0] + 1, image.shape[1] - size[1] + 1), np.float32)

        def fill(places: Iterator[Place]) -> None:
            products = Products.of(pattern, kernel, self.comparison.endswith("-normed"), tolerance)
            slider = Slider(size, mask)
            for place in places:
                part = kernel.part(image, place)
                for rows, dots, seen in products.strips(part, slider.windows(part)):
                    found[place][rows] = compare(Compared(dots, seen, pattern))

        threads = min(threads, _affordable(kernel))
        places = iter(list(kernel.places(image.shape)))  # of all threads: each takes the next one
        in_threads(fill, [places] * threads, threads)
        return found


def _affordable(kernel: Kernel) -> int:
    """Threads that memory has room for; raises `BadPicture`, `too_large`, where it has for none."""
    threads = MEMORY // (BYTES_A_PX * math.prod(kernel.square))
    if threads:
        return threads
    height, width = kernel.values.shape[:2]
    raise BadPicture(
        "too_large",
        f"to compare a template of {width} x {height} px exactly takes more than {MEMORY / 1e6:.0f} MB: "
        "make both pictures smaller, or search with the engine 'fast'",
    )


def _window(image: NDArray[Any], place: Placement, shape: tuple[int, ...]) -> NDArray[Any]:
    """Window nearest to a place, (th, tw, c)."""
    left, top = (round(at) for at in place.box[:2])
    return image[top : top + shape[0], left : left + shape[1]]


def check(template: Plane, image: Plane, mask: Mask | None) -> None:
    """Raises `BadQuery` where there is no window, or nothing of the template counts."""
    if template.shape[0] > image.shape[0] or template.shape[1] > image.shape[1]:
        raise BadQuery(
            f"the template has {template.shape[1]} x {template.shape[0]} px and the picture "
            f"{image.shape[1]} x {image.shape[0]}: the template must not be larger; are the two swapped? "
            "At smaller sizes the engine 'poses' looks for it (--scales 0.3:1)"
        )
    if mask is not None and mask.shape != template.shape[:2]:
        raise BadQuery(f"the mask has {mask.shape[::-1]} px and the template {template.shape[1::-1]}: they must agree")
    if mask is not None and not mask.any():
        raise BadQuery("the mask is empty: no pixel of the template is left to compare")
