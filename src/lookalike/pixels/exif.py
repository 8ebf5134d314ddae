"""Facts of the EXIF block of a picture: which way is up, and when it was taken."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from lookalike.types import Size

if TYPE_CHECKING:
    from PIL import Image

Level = TypeVar("Level", bound=np.generic)

_ORIENTATION: Final = 0x0112
_DATE_TIME: Final = 0x0132
_EXIF_IFD: Final = 0x8769
_DATE_TIME_ORIGINAL: Final = 0x9003


class DamagedExif(Exception):
    """The block cannot be read; no picture is lost for that."""


def taken_of(image: Image.Image) -> str | None:
    """When the picture was taken, or else last changed, as ISO 8601 local time; raises `DamagedExif`."""
    try:
        tags = image.getexif()
        return _iso(tags.get_ifd(_EXIF_IFD).get(_DATE_TIME_ORIGINAL)) or _iso(tags.get(_DATE_TIME))
    except Exception as error:
        raise DamagedExif(str(error)) from error


def orientation_of(image: Image.Image) -> int:
    """1 to 8, as in the standard: what is left to do once the pixels are loaded; raises `DamagedExif`.

    Some plug-ins turn the picture as they load it, and then say 1.
    """
    try:
        value = image.getexif().get(_ORIENTATION)
    except Exception as error:
        raise DamagedExif(str(error)) from error
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def known_orientation_of(image: Image.Image) -> int:
    """Orientation of an image, and 1 where the block cannot be read."""
    try:
        return orientation_of(image)
    except DamagedExif:
        return 1


def _iso(value: object) -> str | None:
    """'YYYY:MM:DD HH:MM:SS' as 'YYYY-MM-DDTHH:MM:SS'; anything else, a date that never was included, is None."""
    if not isinstance(value, str):
        return None
    try:
        return datetime.strptime(value.strip("\0 "), "%Y:%m:%d %H:%M:%S").isoformat()
    except ValueError:
        return None


def upright(pixels: NDArray[Level], orientation: int) -> NDArray[Level]:
    """`pixels`, (h, w) or (h, w, c), as they are to be seen, given how they are stored."""
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
    rows = -1 if orientation in (3, 4, 7, 8) else 1
    columns = -1 if orientation in (2, 3, 6, 7) else 1
    return np.ascontiguousarray(pixels[::rows, ::columns])


def upright_size(size: Size, orientation: int) -> Size:
    """(w, h) of the same."""
    return (size[1], size[0]) if orientation >= 5 else size
