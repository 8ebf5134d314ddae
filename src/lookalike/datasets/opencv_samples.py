"""Sample pictures of OpenCV where one shows a part of the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from lookalike.datasets.reader import Files, Pair, Pairs

PAIRS = (("box.png", "box_in_scene.png"), ("mario_coin.png", "mario.png"), ("messi_face.jpg", "messi5.jpg"))
"""The part, and the whole."""


@dataclass(frozen=True)
class OpenCVSamples:
    """The pictures of the tutorials on template matching and features."""

    name: ClassVar[str] = "opencv"
    about: ClassVar[str] = "OpenCV's samples: box.png in box_in_scene.png"

    def recognises(self, root: Path) -> bool:
        """By the first pair."""
        return all((root / name).is_file() for name in PAIRS[0])

    def tasks(self, files: Files) -> Mapping[str, Pairs]:
        """Each part asks for its whole."""
        there = [(files.path(part), files.path(whole)) for part, whole in PAIRS]
        pairs = [Pair(part, whole) for part, whole in there if part in files.digests and whole in files.digests]
        lacking = len(PAIRS) - len(pairs)
        return {"pairs": Pairs(files.name, tuple(pairs), {"pairs without a picture": lacking} if lacking else {})}
