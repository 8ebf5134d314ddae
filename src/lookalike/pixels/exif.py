"""What the EXIF block says of a picture: which way is up, and when it was taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

import numpy as np

from lookalike.types import Pixels, Size

if TYPE_CHECKING:
    from PIL import Image

_ORIENTATION: Final = 0x0112
_DATE_TIME: Final = 0x0132
_EXIF_IFD: Final = 0x8769
_DATE_TIME_ORIGINAL: Final = 0x9003


@dataclass(frozen=True)
class Exif:
    """`orientation` is 1 to 8, as in the standard; `taken` is ISO 8601 local time; `damaged`: not all could be read."""

    orientation: int = 1
    taken: str | None = None
    damaged: bool = False


def exif_of(image: Image.Image) -> Exif:
    """What is left to do: a plug-in that has turned the picture upright has said so."""
    try:
        tags = image.getexif()
        original = tags.get_ifd(_EXIF_IFD).get(_DATE_TIME_ORIGINAL)
        return Exif(_orientation(tags), _iso(original) or _iso(tags.get(_DATE_TIME)))
    except Exception:  # noqa: BLE001  hostile blocks raise anything; no picture is lost for its metadata
        return Exif(damaged=True)


def _orientation(tags: Mapping[int, object]) -> int:
    value = tags.get(_ORIENTATION)
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _iso(value: object) -> str | None:
    """'YYYY:MM:DD HH:MM:SS' as 'YYYY-MM-DDTHH:MM:SS'; anything else, a date that never was included, is None."""
    if not isinstance(value, str):
        return None
    try:
        return datetime.strptime(value.strip("\0 "), "%Y:%m:%d %H:%M:%S").isoformat()
    except ValueError:
        return None


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """`pixels` as they are to be seen, given how they are stored."""
    if orientation >= 5:
        pixels = pixels.transpose(1, 0, 2)
    rows = -1 if orientation in (3, 4, 7, 8) else 1
    columns = -1 if orientation in (2, 3, 6, 7) else 1
    return np.ascontiguousarray(pixels[::rows, ::columns])


def upright_size(size: Size, orientation: int) -> Size:
    """(w, h) of the same."""
    return (size[1], size[0]) if orientation >= 5 else size
