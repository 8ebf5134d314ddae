"""Drawing of what a method sees in a picture, with a sentence."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from lookalike.pixels.png import png
from lookalike.search.atomic import write_atomically
from lookalike.types import Pixels


@dataclass(frozen=True, eq=False)
class Drawing:
    """A sentence, and (h, w, 3) uint8 to look at."""

    line: str
    picture: Pixels

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Writes the drawing as PNG, whole or not at all."""
        return write_atomically(Path(path), png(self.picture))
