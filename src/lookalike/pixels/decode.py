"""Untrusted bytes to pixels, or to one of a closed set of reasons. Runs inside an isolated worker.

Pillow decodes, simplejpeg where the file is a plain JPEG; OpenCV never sees a file. What a picture looks like depends
on its bytes and on `min_side` alone.
"""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import simplejpeg
from PIL import Image

from lookalike.errors import BadPicture, Reason
from lookalike.pixels.convert import to_srgb
from lookalike.pixels.limits import Limits
from lookalike.pixels.sniff import Format, is_other_picture, sniff
from lookalike.pixels.strip import without_metadata
from lookalike.types import Picture, Pixels, Size

_ORIENTATION, _EXIF_BLOCK, _DATE_TAKEN, _DATE_CHANGED = 0x0112, 0x8769, 0x9003, 0x0132
_SIDEWAYS = (5, 6, 7, 8)


@dataclass(frozen=True, eq=False)
class Decoded:
    """A picture and what its file says of it; `flags`: nan, icc, metadata, scaled."""

    picture: Picture
    format: Format
    taken: str | None
    flags: tuple[str, ...] = ()


def decode(data: bytes, *, min_side: int | None = None, limits: Limits = Limits()) -> Decoded:
    """The first picture in `data`, upright, sRGB; raises `BadPicture` with its reason.

    With `min_side` a JPEG may come at a fraction of its size whose shorter side has at least that many pixels.
    """
    if len(data) > limits.bytes:
        raise BadPicture("too_large", f"{len(data)} bytes, more than the limit of {limits.bytes}")
    format = sniff(data[:64])
    if format is None:
        kind: Reason = "unsupported" if is_other_picture(data[:64]) else "not_an_image"
        raise BadPicture(kind, "empty file" if not data else "its first bytes are of no picture format that is read")
    try:
        return _decode(data, format, min_side, limits)
    except BadPicture as error:
        stripped = without_metadata(data) if error.reason == "truncated" else data
        if stripped == data:
            raise
        decoded = _retried(stripped, format, min_side, limits, error)
        return Decoded(decoded.picture, format, None, (*decoded.flags, "metadata"))


def _retried(data: bytes, format: Format, min_side: int | None, limits: Limits, first: BadPicture) -> Decoded:
    try:
        return _decode(data, format, min_side, limits)
    except BadPicture:
        raise first from None


def _decode(data: bytes, format: Format, min_side: int | None, limits: Limits) -> Decoded:
    with _one_reason_an_error(), warnings.catch_warnings(), _own_bomb_limit(format, limits):
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        image = _open(data, format)
        stored = image.size
        _check_size(stored, format, limits)
        orientation, taken, flags = _exif(image)
        profile = image.info.get("icc_profile") or None
        if format == "jpeg":
            wanted = _jpeg_size(stored, min_side, limits)
            pixels = _plain_jpeg(data, image, wanted) if profile is None else None
            image.draft(None, wanted)
        else:
            pixels = None
        if pixels is None:
            image.load()
            pixels, more = to_srgb(image, profile)
            flags += more
    scaled = ("scaled",) if (pixels.shape[1], pixels.shape[0]) != stored else ()
    size = (stored[1], stored[0]) if orientation in _SIDEWAYS else stored
    return Decoded(Picture(_upright(pixels, orientation), size), format, taken, (*flags, *scaled))


def _open(data: bytes, format: Format) -> Image.Image:
    name = "HEIF" if format == "heic" else format.upper()
    if format == "heic":
        import pi_heif

        pi_heif.register_heif_opener()
    return Image.open(io.BytesIO(data), formats=[name])


def _check_size(size: Size, format: Format, limits: Limits) -> None:
    most = limits.jpeg_pixels if format == "jpeg" else limits.pixels
    width, height = size
    if width * height > most:
        raise BadPicture("too_large", f"{width} x {height} px, more than the limit of {most / 1e6:g} million")
    if width * height == 0:
        raise BadPicture("truncated", f"a picture of {width} x {height} px")


# JPEG


def _plain_jpeg(data: bytes, image: Image.Image, size: Size) -> Pixels | None:
    """Pixels (about `size`) by simplejpeg, which is three times as quick; None for what only Pillow decodes."""
    if image.mode not in ("RGB", "L"):
        return None
    try:
        pixels: Pixels = simplejpeg.decode_jpeg(data, "RGB", min_width=size[0], min_height=size[1])
    except ValueError:  # damaged in a way that Pillow may live with
        return None
    return pixels


def _jpeg_size(stored: Size, min_side: int | None, limits: Limits) -> Size:
    """The smallest size in eighths of `stored` that keeps `min_side`; smaller only where the limit commands it."""
    width, height = stored
    eighths = 8 if min_side is None else min(8, max(1, math.ceil(8 * min_side / min(stored))))
    allowed = max(1, math.floor(8 * math.sqrt(limits.pixels / (width * height))))
    part = min(eighths, allowed)
    return math.ceil(width * part / 8), math.ceil(height * part / 8)


# metadata


def _exif(image: Image.Image) -> tuple[int, str | None, tuple[str, ...]]:
    """Orientation 1-8, the date taken, and whether the block was damaged."""
    try:
        exif = image.getexif()
        orientation = exif.get(_ORIENTATION, 1)
        date = exif.get_ifd(_EXIF_BLOCK).get(_DATE_TAKEN) or exif.get(_DATE_CHANGED)
    except Exception:  # noqa: BLE001  whatever its parser stumbles over, the picture is not worse for it
        return 1, None, ("metadata",)
    return orientation if orientation in range(1, 9) else 1, _iso(date), ()


def _iso(date: object) -> str | None:
    try:
        return datetime.strptime(str(date).strip("\0 ")[:19], "%Y:%m:%d %H:%M:%S").isoformat()
    except ValueError:
        return None


def _upright(pixels: Pixels, orientation: int) -> Pixels:
    """What a viewer shows for EXIF orientation 1-8."""
    if orientation in _SIDEWAYS:
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)


# errors


@contextmanager
def _own_bomb_limit(format: Format, limits: Limits) -> Iterator[None]:
    """Pillow's own limit set to ours, also for pictures inside pictures (ICO); a JPEG's is checked from its header."""
    before = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = None if format == "jpeg" else limits.pixels
    try:
        yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


@contextmanager
def _one_reason_an_error() -> Iterator[None]:
    """Decoders raise a dozen kinds of exception: each becomes a `BadPicture` with its reason."""
    try:
        yield
    except BadPicture:
        raise
    except (MemoryError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadPicture("too_large", str(error) or "not enough memory") from error
    except NotImplementedError as error:
        raise BadPicture("unsupported", str(error)) from error
    except Exception as error:
        raise BadPicture("truncated", f"{type(error).__name__}: {error}") from error
