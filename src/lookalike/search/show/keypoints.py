"""Places of a picture that can be found again: corners, blobs, regions, and keypoints with a size and a direction."""

from __future__ import annotations

from typing import Final

from lookalike.describe.drawing import captioned, in_rows
from lookalike.local import DETECTORS
from lookalike.match.drawing.keypoints import marked
from lookalike.search.show.drawing import Drawing
from lookalike.types import Picture

KINDS: Final = {"harris": "corners", "dog": "blobs", "mser": "stable regions", "sift": "with size and direction"}
SHOWN: Final = 80
"""Keypoints of each kind, the best."""
SIDE: Final = 380
"""px of each drawing."""


def keypoints(picture: Picture) -> Drawing:
    """Four drawings of the picture, each with the best keypoints of one detector."""
    found = {kind: DETECTORS.make(kind, {"max_keypoints": SHOWN}).detect(picture) for kind in KINDS}
    tiles = [captioned(marked(picture, one, SIDE), f"{kind}: {KINDS[kind]}") for kind, one in found.items()]
    told = ", ".join(f"{len(one)} of {kind}" for kind, one in found.items())
    return Drawing(f"The best keypoints, {SHOWN} at most of each detector: {told}.", in_rows(tiles, 2))
