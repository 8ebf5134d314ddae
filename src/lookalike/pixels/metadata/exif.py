"""Facts of an EXIF block [CIPA DC-008, Exif 2.32], and of the tags that Windows adds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from lookalike.facts import Facts, Place
from lookalike.pixels.metadata.words import caption, clean, keywords, rating

if TYPE_CHECKING:
    from PIL import Image

_DESCRIPTION, _MAKE, _MODEL, _ORIENTATION = 0x010E, 0x010F, 0x0110, 0x0112
_RATING, _LENS = 0x4746, 0xA434
_XP_TITLE, _XP_COMMENT, _XP_KEYWORDS = 0x9C9B, 0x9C9C, 0x9C9E
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_SAID_BY_CAMERAS: Final = ("digital camera", "sony dsc", "dcim", "default")
"""Captions that the camera wrote and nobody meant."""


def facts_of_exif(exif: Image.Exif) -> Facts:
    """Facts that the block tells, but for the time, which decoding reads."""
    tags, inner = dict(exif), _ifd(exif, _EXIF_IFD)
    said = caption(_str(tags.get(_DESCRIPTION)))
    told = None if said is None or said.lower().endswith(_SAID_BY_CAMERAS) else said
    facing, stars = tags.get(_ORIENTATION), tags.get(_RATING)
    return Facts(
        camera=camera_of(clean(_str(tags.get(_MAKE))), clean(_str(tags.get(_MODEL)))),
        lens=clean(_str(inner.get(_LENS))),
        orientation=facing if isinstance(facing, int) and 1 <= facing <= 8 else None,
        title=clean(_wide(tags.get(_XP_TITLE))),
        caption=told or caption(_wide(tags.get(_XP_COMMENT))),
        keywords=keywords(_wide(tags.get(_XP_KEYWORDS)).split(";")),
        rating=rating(stars) if isinstance(stars, int) else None,
    )


def place_of_exif(exif: Image.Exif) -> Place | None:
    """Where on earth, where the block says so and it is a place."""
    gps = _ifd(exif, _GPS_IFD)
    latitude, longitude = _degrees(gps.get(2), gps.get(1)), _degrees(gps.get(4), gps.get(3))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return Place(latitude, longitude, _metres(gps.get(6), gps.get(5)))


def _ifd(exif: Image.Exif, number: int) -> Mapping[int, Any]:
    with suppress(Exception):  # a damaged one costs itself alone
        return exif.get_ifd(number)
    return {}


def _str(value: object) -> str:
    """Text of a tag: ASCII by the standard, UTF-8 by many a program, Latin-1 by others."""
    if not isinstance(value, str):
        return ""
    text = value.partition("\0")[0]
    with suppress(UnicodeError):
        return text.encode("latin-1").decode("utf-8")
    return text


def _wide(value: object) -> str:
    """Text of a tag of Windows, in UTF-16."""
    data = bytes(value) if isinstance(value, tuple) else value
    return data.decode("utf-16-le", "replace").partition("\0")[0] if isinstance(data, bytes) else ""


def camera_of(make: str | None, model: str | None) -> str | None:
    """Make and model; the make alone where the model begins with it, as most do."""
    if make is None or model is None:
        return model or make
    return model if model.lower().startswith(make.split()[0].lower()) else f"{make} {model}"


def _degrees(value: object, side: object) -> float | None:
    if not isinstance(value, tuple) or len(value) != 3:
        return None
    degrees, minutes, seconds = (_float(each) for each in value)
    angle = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(angle):
        return None
    return -angle if str(side)[:1].upper() in ("S", "W") else angle


def _metres(value: object, below: object) -> float | None:
    metres = _float(value)
    if not math.isfinite(metres):
        return None
    return -metres if below in (1, b"\1") else metres


def _float(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, ZeroDivisionError):
        return math.nan
