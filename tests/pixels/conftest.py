"""Picture files of every format, written by Pillow from one small photo."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from lookalike.types import Picture, Pixels

pillow_heif.register_heif_opener()


@pytest.fixture(scope="session")
def photo(photos: list[Picture]) -> Pixels:
    """(96, 128, 3), no two corners alike, smooth enough for any codec."""
    pixels = np.array(Image.fromarray(photos[0].pixels).resize((128, 96), Image.Resampling.LANCZOS))
    pixels[:12, :20] = (250, 10, 10)
    pixels[-12:, -20:] = (10, 10, 250)
    pixels.setflags(write=False)
    return pixels


@pytest.fixture(scope="session")
def encode() -> Callable[..., bytes]:
    """`encode(image or array, Pillow's name of the format, **settings)` -> bytes of a file."""

    def encoded(image: Image.Image | np.ndarray, format: str, **settings: object) -> bytes:
        file = io.BytesIO()
        (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(file, format, **settings)
        return file.getvalue()

    return encoded
