"""Untrusted bytes to a picture, in the process that asks: the isolated workers are where this belongs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadPicture
from lookalike.pixels.exif import DamagedExif, known_orientation_of, orientation_of, taken_of, upright, upright_size
from lookalike.pixels.limits import Limits, check_size
from lookalike.pixels.memory import held_to
from lookalike.pixels.sniff import format_of
from lookalike.pixels.strip import without_metadata
from lookalike.types import Picture, Pixels

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile
    from PIL.JpegImagePlugin import JpegImageFile

T = TypeVar("T")

__all__ = ["Decoded", "Limits", "decode"]


@dataclass(frozen=True, eq=False)
class Decoded:
    """A picture, and what the file tells of it. `taken` is 'YYYY-MM-DDTHH:MM:SS' local time from the EXIF block.

    `frames` is how many frames or pages the file has, and `frame` which of them, from 0, the picture is.

    `flags`: `nan` (drawn black), `icc` (a damaged profile ignored), `metadata` (damaged metadata ignored), `damaged`
    (some pixels are the decoder's guess), `frames` (a later one cannot be read), `scaled` (fewer pixels than asked for:
    the limit forbids more).
    """

    picture: Picture
    format: str
    taken: str | None
    flags: tuple[str, ...] = ()
    frames: int = 1
    frame: int = 0


def decode(
    data: bytes | memoryview, *, min_side: int | None = None, limits: Limits = Limits(), opacity: bool = False
) -> Decoded:
    """The main frame of `data`, or one that shows something where that is blank.

    It has at least `min_side` px on its shorter side, where the file has them; None: all of them. With `opacity`, in
    place of its colours, how opaque it is: white where nothing shines through. Only a JPEG may come at a fraction. The
    pixels depend on (bytes, min_side) alone. Not for several threads at a time. Raises `BadPicture`, and nothing else
    whatever the bytes.
    """
    if min_side is not None and min_side < 1:
        raise ValueError(f"min_side must be positive, not {min_side}")
    if len(data) > limits.bytes:
        raise BadPicture("too_large", f"{len(data)} bytes, more than the limit of {limits.bytes}")
    data = bytes(data)
    format = format_of(data)
    with held_to(limits.decoding):
        return _decoded(format, data, min_side, limits, opacity)


def _decoded(format: str, data: bytes, min_side: int | None, limits: Limits, opacity: bool) -> Decoded:
    """Where the metadata is what is damaged, without it."""
    try:
        return _decode(format, data, min_side, limits, opacity)
    except BadPicture as error:
        stripped = without_metadata(format, data) if error.reason == "truncated" else None
        if stripped is None:
            raise
        try:
            decoded = _decode(format, stripped, min_side, limits, opacity)
        except BadPicture:
            raise error from None
        return replace(decoded, flags=tuple(sorted({*decoded.flags, "metadata"})))


def _decode(format: str, data: bytes, min_side: int | None, limits: Limits, opacity: bool) -> Decoded:
    from lookalike.pixels.plugins import opened, pillow_limited
    from lookalike.pixels.reasons import bad_picture
    from lookalike.pixels.webp import check_room

    with pillow_limited(limits.pixels):
        try:
            image = opened(format, data)
            size = image.size
            pixels, alpha, flags, frame, frames = _pixels(image, format, data, min_side, limits, opacity)
            # After the size was checked: a PNG that is asked for its metadata loads all its pixels first.
            taken, date_flags = _tolerant(taken_of, image, None)
            orientation, turn_flags = _tolerant(orientation_of, image, 1)
            pixels = upright(pixels, orientation)
            alpha = None if alpha is None else upright(alpha, orientation)
        except BadPicture:
            raise
        except Exception as error:
            if format == "webp":
                check_room(data, limits)
            raise bad_picture(error) from error
    original = upright_size(size, orientation) if format == "jpeg" else (pixels.shape[1], pixels.shape[0])
    flags = tuple(sorted({*flags, *date_flags, *turn_flags}))
    return Decoded(Picture(pixels, original, alpha, frames), format, taken, flags, frames, frame)


def _tolerant(read: Callable[[ImageFile], T], image: ImageFile, default: T) -> tuple[T, tuple[str, ...]]:
    """Value that `read` finds in the metadata, or `default` and a flag."""
    try:
        return read(image), ()
    except DamagedExif:
        return default, ("metadata",)


def _pixels(
    image: ImageFile, format: str, data: bytes, min_side: int | None, limits: Limits, opacity: bool
) -> tuple[Pixels, NDArray[np.uint8] | None, tuple[str, ...], int, int]:
    """As they lie in the file, in sRGB; how opaque they are; what was odd; the number of the frame, of how many."""
    if format == "jpeg" and not opacity:
        from lookalike.pixels.jpeg import jpeg_pixels

        pixels, odd_pixels = jpeg_pixels(cast("JpegImageFile", image), data, min_side, limits)
        return pixels, None, odd_pixels, 0, 1
    from lookalike.pixels import colour
    from lookalike.pixels.frames import telling_frame

    odd: dict[int, tuple[str, ...]] = {}
    alpha: dict[int, NDArray[np.uint8] | None] = {}

    main = image.tell()  # a HEIC may begin in the middle

    def read(number: int) -> Pixels:
        load_frame(image, number, limits)
        pixels, odd[number] = colour.srgb(image)
        for other in alpha.keys() - {main}:  # of many frames two are held
            del alpha[other]
        alpha[number] = colour.alpha_of(image)
        return pixels

    count, odd_count = frame_count(image)
    number, pixels = telling_frame(count, read, main)
    told = (*odd[number], *odd_count)
    return colour.opacity(image) if opacity else pixels, alpha[number], told, number, count


def other_frames(
    data: bytes | memoryview, decoded: Decoded, limits: Limits = Limits()
) -> Iterator[tuple[int, Picture | None]]:
    """Frames of a file beside the one that was `decoded`, with their numbers: up to `SPREAD` in all, none blank.

    None for one that cannot be read.
    """
    if decoded.frames == 1:
        return
    from lookalike.pixels import colour
    from lookalike.pixels.frames import BLANK, contrast, spread
    from lookalike.pixels.plugins import opened, pillow_limited

    image = opened(decoded.format, bytes(data))
    for number in spread(decoded.frames, decoded.picture.pixels):
        if number == decoded.frame:
            continue
        with held_to(limits.decoding), pillow_limited(limits.pixels):
            try:
                load_frame(image, number, limits)
                pixels = upright(colour.srgb(image)[0], known_orientation_of(image))
            except Exception:  # noqa: BLE001  decoders raise anything
                yield number, None
                continue
        if contrast(pixels) >= BLANK:
            yield number, Picture(pixels, (pixels.shape[1], pixels.shape[0]))


def frames_at(data: bytes | memoryview, numbers: Sequence[int], limits: Limits = Limits()) -> list[Picture]:
    """Frames or pages of these numbers, from 0, ascending; raises `BadPicture` where one of them cannot be read."""
    from lookalike.pixels import colour
    from lookalike.pixels.plugins import opened, pillow_limited
    from lookalike.pixels.reasons import bad_picture

    data = bytes(data)
    found = []
    with held_to(limits.decoding), pillow_limited(limits.pixels):
        try:
            image = opened(format_of(data), data)
            for number in numbers:
                load_frame(image, number, limits)
                pixels = upright(colour.srgb(image)[0], known_orientation_of(image))
                found.append(Picture(pixels, (pixels.shape[1], pixels.shape[0])))
        except BadPicture:
            raise
        except Exception as error:
            raise bad_picture(error) from error
    return found


def load_frame(image: ImageFile, number: int, limits: Limits) -> None:
    """Decodes the frame of that number, from 0, where its size is within the limit."""
    if image.tell() != number:
        image.seek(number)
    check_size(image.size, limits.pixels)
    image.load()
    check_size(image.size, limits.pixels)  # again: the frame of an icon or of HEIC has a size of its own


def frame_count(image: ImageFile) -> tuple[int, tuple[str, ...]]:
    """How many frames or pages the file says it has, the sizes of an icon counting as one; `frames` where damaged."""
    try:
        return int(getattr(image, "n_frames", 1)), ()
    except Exception:  # noqa: BLE001  whatever is wrong behind it, the first frame is a picture
        return 1, ("frames",)
