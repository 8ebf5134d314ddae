"""How far one picture is shifted against another, by phase alone
[Kuglin & Hines, The Phase Correlation Image Alignment Method, 1975]."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar, Final

import numpy as np
import scipy  # its parts load when they are first used
from numpy.typing import NDArray

from lookalike.errors import BadQuery
from lookalike.match.locate.correlation import Response
from lookalike.match.locate.exact import check
from lookalike.match.locate.integral_images import Mask
from lookalike.match.locate.peaks import placements
from lookalike.match.locate.planes import planes, scaled_to
from lookalike.types import Located, Picture

BAND: Final = 0.2
"""Waves a px up to which phases count; finer ones are mostly noise."""
FAINT: Final = 1e-6
"""Strength, by that of the strongest wave, below which a phase says nothing."""
CERTAIN: Final = 2.5
"""How many times the highest peak that chance gives a peak must be."""

Plane = NDArray[np.float32]


@dataclass(frozen=True)
class Phase:
    """Shifts at which the phases of all waves agree; the template may stick out of the image, and be as large.

    A score is the share of waves that agree; since the template fades out, that is below 1 even in the picture itself.
    Light and contrast do not matter. Meant for two pictures of one scene: a small template in a large picture drowns in
    the phases of the rest.
    """

    name: ClassVar[str] = "phase"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Kuglin & Hines, The Phase Correlation Image Alignment Method, 1975"

    outside: float = 0.5
    """Share of the template, each way, that may lie outside the image."""
    overlap: float = 0.3
    """Two placements may share so much of their union."""

    def __post_init__(self) -> None:
        if not 0 <= self.outside < 1:
            raise ValueError(f"outside is a share below 1, not {self.outside}")
        if not 0 <= self.overlap < 1:
            raise ValueError(f"overlap is a share below 1, not {self.overlap}")

    def locate(self, template: Picture, image: Picture, k: int = 1, mask: Mask | None = None) -> Located:
        """The best `k` shifts, best first; certain where chance would not give such a peak.

        Raises `BadQuery` where the template is so large that it sticks out by more wherever it lies.
        """
        small, large = planes(template, False), planes(image, False)
        check(small, small, mask)
        down, across = (min(int(self.outside * side), side - 1) for side in small.shape[:2])
        rows, columns = large.shape[0] - small.shape[0] + 2 * down + 1, large.shape[1] - small.shape[1] + 2 * across + 1
        if min(rows, columns) < 1:
            raise BadQuery(
                f"the template has {small.shape[1]} x {small.shape[0]} px and the picture {large.shape[1]} x "
                f"{large.shape[0]}: more than {self.outside:.0%} of it would stick out"
            )
        response = phase_correlation(_faded(small[:, :, 0], mask), large[:, :, 0] - np.float32(large.mean()))
        top, left = small.shape[0] - down, small.shape[1] - across
        inner = np.ascontiguousarray(response[top : top + rows, left : left + columns])
        size = (small.shape[1], small.shape[0])
        found = [
            replace(one, box=(one.box[0] - across, one.box[1] - down, one.box[2], one.box[3]))
            for one in placements(inner, size, k, self.overlap)
        ]
        return Located(scaled_to(image, found), _is_certain(inner))


def phase_correlation(template: Plane, image: Plane) -> Response:
    """(h + th, w + tw) share of waves that agree when the template's corner lies at (y - th, x - tw) of the image."""
    rows, columns = (a + b for a, b in zip(image.shape, template.shape, strict=True))
    shape = scipy.fft.next_fast_len(rows, True), scipy.fft.next_fast_len(columns, True)
    cross = scipy.fft.rfft2(image, shape) * np.conj(scipy.fft.rfft2(template, shape))
    strength = np.abs(cross)
    down, across = _band(scipy.fft.fftfreq(shape[0])), _band(scipy.fft.fftfreq(shape[1]))
    weights = np.outer(down, across[: shape[1] // 2 + 1])
    least = max(FAINT * float(strength.max()), 1e-12)
    phases = np.where(strength > least, cross * (weights / np.maximum(strength, least)), 0)
    # The inverse transform of phases that all agree is the mean weight over all waves.
    shares = scipy.fft.irfft2(phases, shape) / (down.mean() * across.mean())
    return np.asarray(np.roll(shares, template.shape, (0, 1))[:rows, :columns], np.float32)


def _band(frequencies: NDArray[np.float64]) -> NDArray[np.float32]:
    """Weights of waves, by waves a px."""
    return np.exp(-0.5 * np.square(frequencies / BAND)).astype(np.float32)


def _faded(template: NDArray[np.uint8], mask: Mask | None) -> Plane:
    """Less its mean, fading out towards its edges, which else are waves of their own; 0 outside of `mask`."""
    counted = np.ones(template.shape, bool) if mask is None else mask
    fading = np.outer(*(np.hanning(side + 2)[1:-1] for side in template.shape))
    return np.asarray(fading * counted * (template - template[counted].mean()), np.float32)


def _is_certain(response: Response) -> bool:
    """Whether the peak is well above the highest of so many normal values, about sqrt(2 log n) spreads above 0."""
    highest = float(response.std()) * math.sqrt(2 * math.log(max(response.size, 2)))
    return float(response.max()) > CERTAIN * highest > 0
