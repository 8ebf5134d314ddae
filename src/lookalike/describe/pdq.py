"""A hash after PDQ [Davis & Rosen, The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm, 2019]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lookalike.describe.phash import PerceptualHash


@dataclass(frozen=True)
class PDQHash(PerceptualHash):
    """Which of size^2 low frequencies of the grey picture, none of them constant along an axis, lie above their median.

    As in PDQ a picture of 64 x 64 px gives 256 bits. Not bit for bit that of its authors: it is reduced by area.
    """

    name: ClassVar[str] = "pdq"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "layout in detail"
    source: ClassVar[str] = "Davis & Rosen, The TMK+PDQF and PDQ Hashing Algorithms, 2019"
    unrelated: ClassVar[float] = 0.5
    lowest: ClassVar[int] = 1

    size: int = 16
