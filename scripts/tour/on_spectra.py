"""Which waves make the picture up?"""

from __future__ import annotations

from pictures import part, photo, respectrum, square, turned

from lookalike.describe.dct import CosineTransform
from lookalike.describe.fourier import PowerSpectrum
from lookalike.describe.log_polar import LogPolar
from lookalike.describe.reduced import SIDE
from lookalike.describe.wavelet import StrongestWavelets
from lookalike.types import Explanation


def wall_and_lawn() -> Explanation:
    """What repeats, and what does not."""
    return PowerSpectrum().explain(photo("brick"), photo("grass"))


def equal_spectra() -> Explanation:
    """A portrait, and a cat with the portrait's amplitudes."""
    portrait = square(part(photo("astronaut"), (112, 0, 256, 256)), SIDE)
    return PowerSpectrum().explain(portrait, respectrum(square(photo("chelsea"), SIDE), portrait))


def turned_wall() -> Explanation:
    """A wall, turned and enlarged, as the spectrum itself sees it."""
    return PowerSpectrum().explain(photo("brick"), turned(photo("brick"), 30, 1.3))


def turned_wall_log_polar() -> Explanation:
    """The same two where turning and enlarging are shifts."""
    return LogPolar().explain(photo("brick"), turned(photo("brick"), 30, 1.3))


def lowest_cosines() -> Explanation:
    """What a few cosines keep."""
    return CosineTransform().explain(photo("chelsea"), turned(photo("chelsea"), 8))


def strongest_wavelets() -> Explanation:
    """What the strongest few wavelets keep."""
    return StrongestWavelets().explain(photo("chelsea"), turned(photo("chelsea"), 8))


FIGURES = (wall_and_lawn, equal_spectra, turned_wall, turned_wall_log_polar, lowest_cosines, strongest_wavelets)
