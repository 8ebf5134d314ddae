"""Pixels as the bytes of a PNG file."""

from __future__ import annotations

import io

from lookalike.types import Pixels


def png(pixels: Pixels) -> bytes:
    """The file that shows `pixels`, without loss."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()
