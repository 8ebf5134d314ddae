"""BEBLID [Suarez et al., BEBLID: boosted efficient binary local image descriptor, Pattern Recognition Letters 2020]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final

import cv2

from lookalike.local.orb import Orb

BOXES_A_PATCH: Final = 1.0
"""How much of an ORB keypoint's patch the boxes fill: as its authors trained it."""


@dataclass(frozen=True)
class Beblid(Orb):
    """The corners of ORB, with 512 learned comparisons of boxes."""

    name: ClassVar[str] = "beblid"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Suarez et al., BEBLID, Pattern Recognition Letters 2020"

    @property
    def _dim(self) -> int:
        return 512

    def _extractor(self) -> Any:
        return cv2.xfeatures2d.BEBLID.create(BOXES_A_PATCH, cv2.xfeatures2d.BEBLID_SIZE_512_BITS)
