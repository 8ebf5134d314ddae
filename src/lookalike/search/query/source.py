"""A picture that is asked about, from wherever it comes: a file, bytes, a URL, an array, a PIL image."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadPicture, BadQuery
from lookalike.pixels.crop import crop as cropped
from lookalike.pixels.exif import known_orientation_of, upright, upright_size
from lookalike.pixels.fingerprint import Fingerprint, fingerprint_of_image, fingerprint_of_pixels
from lookalike.pixels.sniff import HEAD, may_be_a_fraction, sniff
from lookalike.pixels.turn import TURNED, UPRIGHT, turned
from lookalike.search.query.colours import is_palette, picture_of
from lookalike.types import Box, Picture, Size

if TYPE_CHECKING:
    from PIL.Image import Image

Source: TypeAlias = "str | os.PathLike[str] | bytes | NDArray[np.generic] | Image"
"""A path, an http(s) URL, `colour:#2a6f97`, the bytes of a file, pixels (h, w[, 3 or 4]), or a PIL image."""

Decode: TypeAlias = Callable[[bytes, int | None], Picture]
"""Bytes and the side that must be kept (None: all pixels) -> picture."""

Tell: TypeAlias = Callable[[bytes], Fingerprint]
"""Bytes -> the fingerprint of all that they show."""

Frames: TypeAlias = Callable[[bytes, Sequence[int]], Sequence[Picture]]
"""Bytes and numbers of frames, from 0 -> those frames."""

_UNTOLD: Final = Fingerprint(None, why="not asked for")
_PART: Final = Fingerprint(None, why="a part of more than plain pixels")


LONGEST = 200
"""Characters of a name that a message repeats."""


@dataclass(frozen=True, eq=False)
class Sample:
    """One view of what is asked about. `sha256` is that of the bytes it came as; None where none stand for all of it.

    `orientation` is that in which it shows what it came as (see `pixels.turn`).
    """

    label: str
    sha256: str | None
    _make: Callable[[int | None], Picture]
    _tell: Callable[[], Fingerprint] = lambda: _UNTOLD
    _size: Size | None = None
    orientation: int = UPRIGHT
    _frames: Callable[[Sequence[int]], Sequence[Picture]] = lambda numbers: _unread(numbers)
    _made: dict[int | None, Picture] = field(default_factory=dict, repr=False)

    def picture(self, min_side: int | None) -> Picture:
        """As a describer with that `min_side` must see it, None: all its pixels; a small one is decoded once."""
        if min_side not in self._made:
            whole = next((picture for picture in self._made.values() if serves(picture, min_side)), None)
            self._made[min_side] = whole or self._make(min_side)
        return self._made[min_side]

    def frames(self, numbers: Sequence[int]) -> Sequence[Picture]:
        """Frames or pages of these numbers, from 0, ascending; raises `BadPicture` where one cannot be read."""
        return self._frames(numbers)

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """Fingerprint of all that it shows; raises `BadPicture` where the file is not as it was indexed."""
        return self._tell()

    @property
    def size(self) -> Size:
        """(w, h) px of the whole sample."""
        return self._size or (next(iter(self._made.values()), None) or self.picture(None)).size

    def orientations(self) -> list[Sample]:
        """As it is, then in the seven other ways that it can be turned and mirrored."""
        return [self, *(self._turned(orientation) for orientation in TURNED)]

    def _turned(self, orientation: int) -> Sample:
        def make(min_side: int | None) -> Picture:
            return turned(self.picture(min_side), orientation)

        size = None if self._size is None else upright_size(self._size, orientation)

        def frames(numbers: Sequence[int]) -> Sequence[Picture]:
            return [turned(frame, orientation) for frame in self.frames(numbers)]

        return Sample(
            self.label, None, make, lambda: fingerprint_of_pixels(make(None).pixels), size, orientation, frames
        )


def serves(picture: Picture, min_side: int | None) -> bool:
    """Whether a picture has all px of its file, which is so decoded for that `min_side` as well: half has less."""
    is_whole = picture.pixels.shape[1::-1] == picture.size
    return is_whole and (min_side is None or -(-min(picture.size) // 2) < min_side)


def _unread(numbers: Sequence[int]) -> Sequence[Picture]:
    raise BadPicture("unsupported", f"frames {', '.join(map(str, numbers))} of it are not at hand")


def sample(
    source: Source,
    *,
    decode: Decode,
    tell: Tell = lambda _: _UNTOLD,
    frames: Frames = lambda _, numbers: _unread(numbers),
    box: Box | None = None,
    label: str | None = None,
) -> Sample:
    """The picture at `source`, or the part of it in `box` (px of the original); raises where there is none.

    Where it comes as bytes it has no fingerprint without `tell`, and no further frames without `frames`.
    """
    if is_palette(source):
        return _of_picture(picture_of(source), lambda: _UNTOLD, label or source, box)
    named = label or name_of(source)
    if isinstance(source, (str, os.PathLike)):
        source = _read(source)
    if isinstance(source, (bytes, bytearray, memoryview)):
        data = bytes(source)
        found = _of_bytes(data, named or "bytes", _naming(named, decode) if named else decode, tell, box)
        return replace(found, _frames=lambda numbers: frames(data, numbers)) if box is None else found
    picture, whole = _picture(source)
    found = _of_picture(picture, whole, label or "array", box)
    is_plain = box is None and isinstance(source, np.ndarray) and source.shape[2:] in ((), (3,))
    return replace(found, sha256=hashlib.sha256(_ppm(picture.pixels)).hexdigest()) if is_plain else found


def fetched(source: Source) -> Source:
    """Bytes at a path or a URL; everything else as it is."""
    return _read(source) if isinstance(source, (str, os.PathLike)) and not is_palette(source) else source


def bytes_of(source: Source) -> bytes:
    """The bytes of a file; pixels as those of a PPM file, or of a PNG file where some are transparent."""
    found = fetched(source)
    if isinstance(found, (bytes, bytearray, memoryview)):
        return bytes(found)
    image = _image(found)
    if image.has_transparency_data:
        return _png(image)
    return _ppm(_picture(image)[0].pixels)


def _ppm(pixels: NDArray[np.uint8]) -> bytes:
    return b"P6 %d %d 255\n" % (pixels.shape[1], pixels.shape[0]) + pixels.tobytes()


def _png(image: Image) -> bytes:
    from PIL import ImageOps

    file = io.BytesIO()
    ImageOps.exif_transpose(image).save(file, "PNG")
    return file.getvalue()


def name_of(source: Source) -> str | None:
    """Name that a person knows it by: a path or a URL; None for pixels and bytes."""
    return os.fspath(source) if isinstance(source, (str, os.PathLike)) else None


def alpha_of(source: Source, *, opacity: Callable[[bytes], Picture]) -> NDArray[np.uint8] | None:
    """(h, w) how opaque the picture, as `fetched` gives it, is; None where nothing is said of that."""
    if is_palette(source):
        return None
    if isinstance(source, (bytes, bytearray, memoryview)):
        data = bytes(source)
        return None if sniff(data[:HEAD]) == "jpeg" else opacity(data).pixels[:, :, 0]
    return _alpha(source)


def _of_bytes(data: bytes, label: str, decode: Decode, tell: Tell, box: Box | None) -> Sample:
    if box is not None:
        return _of_picture(decode(data, None), lambda: tell(data), label, box)
    sha256 = hashlib.sha256(data).hexdigest()
    if may_be_a_fraction(sniff(data[:HEAD])):
        return Sample(label, sha256, lambda min_side: decode(data, min_side), lambda: tell(data))
    whole = cache(lambda: decode(data, None))  # large pictures are held once, however many describers ask
    return Sample(label, sha256, lambda _: whole(), lambda: tell(data))


def _naming(name: str, decode: Decode) -> Decode:
    """Decoder whose errors say which picture it was: a question may have several."""

    def decoded(data: bytes, min_side: int | None) -> Picture:
        try:
            return decode(data, min_side)
        except BadPicture as error:
            raise BadPicture(error.reason, error.detail, name) from error

    return decoded


def _of_picture(picture: Picture, whole: Callable[[], Fingerprint], label: str, box: Box | None) -> Sample:
    """`whole` tells the fingerprint of all of it."""
    if box is None:
        return Sample(label, None, lambda _: picture, whole)
    part = cropped(picture, box)
    # A part of what shows more than its pixels, as an animation does, is not known by these.
    return Sample(
        label, None, lambda _: part, lambda: fingerprint_of_pixels(part.pixels) if whole().is_plain else _PART
    )


def _read(source: str | os.PathLike[str]) -> bytes:
    name = os.fspath(source)
    if name.lower().startswith(("http://", "https://")):
        from lookalike.search.query.fetch import fetch

        return fetch(name)
    path = Path(name)
    try:
        if not path.is_file():  # a pipe would block, a folder cannot be read
            raise BadQuery(f"{_short(name)!r} {_no_file(path)}", path=name)
        return path.read_bytes()
    except OSError as error:  # also of a name that is too long for any file
        raise BadQuery(f"{_short(name)!r} is not a file that can be read: {error.strerror}", path=name) from error


def _short(name: str) -> str:
    """The name as a message repeats it: a line that is no path may be of any length."""
    return name if len(name) <= LONGEST else f"{name[:LONGEST]}..."


def _no_file(path: Path) -> str:
    """Words for what is there instead of a file, or what may have been meant."""
    if path.is_dir():
        return "is a folder: name one of its pictures"
    if path.suffix or path.exists():
        return "is not a file"
    return "is not a file; a query is a path, an http(s) URL, text:WORDS, or colours, e.g. colour:#2a6f97"


def _picture(source: object) -> tuple[Picture, Callable[[], Fingerprint]]:
    """The picture of an array or a PIL image, as of a file that shows it, and what tells the fingerprint of it."""
    from lookalike.pixels.colour import alpha_of as alpha_of_image
    from lookalike.pixels.colour import srgb

    image = _image(source)
    pixels, alpha = srgb(image)[0], alpha_of_image(image)
    orientation = known_orientation_of(image)  # which may lie behind the pixels
    own = np.array(upright(pixels, orientation))  # the caller may go on to write to what was given
    alpha = None if alpha is None else upright(alpha, orientation)
    return Picture(own, (own.shape[1], own.shape[0]), alpha), lambda: fingerprint_of_image(image)


def _alpha(source: object) -> NDArray[np.uint8]:
    """(h, w), 255 where the picture is opaque."""
    from lookalike.pixels.colour import opacity

    image = _image(source)
    return upright(opacity(image)[:, :, 0], known_orientation_of(image))


def _image(source: object) -> Image:
    """A PIL image as it is, and one of an array: (h, w), (h, w, 3) or (h, w, 4), floats in [0, 1]."""
    from PIL import Image

    if isinstance(source, Image.Image):
        return source
    if not isinstance(source, np.ndarray):
        raise BadQuery(f"a picture is a path, a URL, bytes, a numpy array or a PIL image, not {type(source).__name__}")
    if not source.size or (source.ndim != 2 and (source.ndim != 3 or source.shape[2] not in (3, 4))):
        raise BadQuery(f"pixels are (h, w), (h, w, 3) or (h, w, 4), not {source.shape}")
    return Image.fromarray(np.ascontiguousarray(_levels(source)))


def _levels(array: NDArray[Any]) -> NDArray[np.uint8]:
    """Levels from 0 to 255, in the same shape."""
    if array.dtype == np.bool_:
        return np.asarray(array * np.uint8(255))
    if np.issubdtype(array.dtype, np.floating):
        if not np.isfinite(array).all() or array.min(initial=0) < 0 or array.max(initial=0) > 1:
            raise BadQuery("float pixels must lie in [0, 1]")
        return np.asarray(np.rint(array * 255).astype(np.uint8))
    if array.dtype != np.uint8:
        raise BadQuery(f"pixels are uint8, bool or float, not {array.dtype}")
    return np.asarray(array)
