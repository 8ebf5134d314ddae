"""One number for all pixels of a picture."""

from __future__ import annotations

import hashlib

from lookalike.types import Picture


def pixel_digest(picture: Picture) -> str:
    """Equal for two pictures exactly when their sizes and all their pixels are."""
    return hashlib.sha256(repr(picture.pixels.shape).encode() + picture.pixels.tobytes()).hexdigest()
