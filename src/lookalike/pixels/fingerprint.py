"""All that a file shows, in one number: every frame and page, at full depth, with its alpha and its times.

Two files of one fingerprint have the same pixels in the sense of docs/decisions/0022: nothing that was decoded away
could tell them apart. Where something would be (see `_NotAll`), there is none.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadPicture
from lookalike.pixels.exif import known_orientation_of, upright
from lookalike.pixels.limits import Limits, check_size
from lookalike.pixels.memory import held_to
from lookalike.pixels.sniff import format_of
from lookalike.types import Pixels

if TYPE_CHECKING:
    from PIL.IcoImagePlugin import IcoImageFile
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile
    from PIL.JpegImagePlugin import JpegImageFile

_ANIMATED: Final = ("gif", "png", "webp", "avif")
"""Formats whose frames have times; those of others are pages."""
_EXACT: Final = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX")
"""Modes that are shown in 8 bits of red, green, blue and alpha without any loss."""
_DEEP: Final = re.compile(r";16([LBN])$")
"""Ends the raw mode of samples that Pillow cuts to 8 bits."""
_GREY_AND_ALPHA: Final = "LA;16B"
"""Has no such counterpart, and four bytes a pixel, which are read as they are."""
_SRGB_GAMMA: Final = (0.4545, 0.0005)
_SRGB_WHITE_AND_PRIMARIES: Final = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)


@dataclass(frozen=True)
class Fingerprint:
    """`digest` is equal for two files whose pixels are; None where that cannot be told, for the reason `why`.

    `is_plain`: the file shows nothing but one frame of opaque sRGB of 8 bits.
    """

    digest: str | None
    is_plain: bool = False
    why: str = ""


class _NotAll(Exception):
    """Something of the file would be decoded away."""


@dataclass(frozen=True, eq=False)
class _Frame:
    """(h, w, channels) upright samples; which kind they are; what their colours mean, "" for sRGB; ms, None of a page.

    Kinds are `8` and `16` bits of sRGB, with alpha where there are four channels, or else the decoder's mode.
    """

    samples: NDArray[Any]
    kind: str
    colours: str = ""
    duration: float | None = None

    @property
    def is_plain(self) -> bool:
        return (self.kind, self.colours, self.samples.shape[2]) == ("8", "", 3)

    @property
    def digest(self) -> str:
        samples = np.ascontiguousarray(self.samples)
        head = json.dumps([self.kind, samples.dtype.str, samples.shape, self.colours])
        found = hashlib.sha256(head.encode())
        found.update(samples.reshape(-1).view(np.uint8).data)
        return found.hexdigest()


def fingerprint(data: bytes | memoryview, limits: Limits = Limits()) -> Fingerprint:
    """Fingerprint of the bytes of a file. Raises nothing whatever they are: what cannot be read has no digest."""
    from lookalike.pixels.plugins import pillow_limited

    data = bytes(data)
    try:
        with held_to(limits.decoding), pillow_limited(limits.pixels):
            return _told(_frames(format_of(data), data, limits))
    except (_NotAll, BadPicture) as error:
        return Fingerprint(None, why=str(error))
    except Exception as error:  # noqa: BLE001  decoders raise anything
        return Fingerprint(None, why=f"not all of it can be read: {str(error) or type(error).__name__}"[:200])


def fingerprint_of_pixels(pixels: Pixels) -> Fingerprint:
    """Fingerprint of (h, w, 3) or (h, w, 4) uint8, as of a file that shows them."""
    return _told(iter([_Frame(_without_hidden(pixels), "8")]))


def fingerprint_of_image(image: Image) -> Fingerprint:
    """Fingerprint of the frame of a PIL image that is loaded, as of a file that shows it alone."""
    try:
        return _told(iter([_frame(image)]))
    except _NotAll as error:
        return Fingerprint(None, why=str(error))


def _told(frames: Iterator[_Frame]) -> Fingerprint:
    """Frames of an animation that follow their like make its time longer."""
    runs: list[tuple[str, float | None]] = []
    is_plain = True
    for frame in frames:
        is_plain = is_plain and frame.is_plain
        digest, duration = frame.digest, frame.duration
        if runs and duration is not None and runs[-1][0] == digest:
            duration += runs.pop()[1] or 0.0
        runs.append((digest, duration))
    if len(runs) == 1:  # it stands still, however long
        return Fingerprint(runs[0][0], is_plain)
    return Fingerprint(hashlib.sha256(json.dumps(runs).encode()).hexdigest())


def _frames(format: str, data: bytes, limits: Limits) -> Iterator[_Frame]:
    from lookalike.pixels.frames import MOST_FRAMES, MOST_PIXELS
    from lookalike.pixels.plugins import opened

    image = opened(format, data)
    _check_that_nothing_is_left_out(format, data, image)
    if format == "ico":
        yield from _of_icon(cast("IcoImageFile", image), limits)
        return
    if format == "jpeg" and image.mode in ("L", "RGB"):
        yield _of_jpeg(cast("JpegImageFile", image), data, limits)
        return
    count = int(getattr(image, "n_frames", 1))
    if count > MOST_FRAMES:
        raise _NotAll(f"{count} frames, more than the {MOST_FRAMES} that are looked at")
    pixels = 0
    for number in range(count):
        image.seek(number)
        check_size(image.size, limits.pixels)
        pixels += image.size[0] * image.size[1]
        if pixels > MOST_PIXELS:
            raise _NotAll(f"frames of more than {MOST_PIXELS} px together")
        low = _low_bytes(format, data, image, number)
        try:
            image.load()
        except Exception as error:
            raise _NotAll(f"frame {number + 1} of {count} cannot be read") from error
        # Some plug-ins know it when they have decoded the frame.
        duration = float(image.info.get("duration") or 0.0) if format in _ANIMATED and count > 1 else None
        check_size(image.size, limits.pixels)
        yield _frame(image, low, duration)


def _check_that_nothing_is_left_out(format: str, data: bytes, image: ImageFile) -> None:
    """By decoders that hand out 8 bits of the first picture alone."""
    if format == "jpeg" and b"MPF\0" in data[: 2**16]:
        raise _NotAll("a JPEG that holds further pictures")
    if format in ("avif", "heic") and _is_deep_iso(data):
        raise _NotAll("more than 8 bits a sample, of which 8 are decoded")
    if format == "ppm" and image.mode == "RGB" and (of := image.tile[0].args) and isinstance(of, tuple) and of[1] > 255:
        raise _NotAll("more than 8 bits a sample, of which 8 are decoded")
    if format == "png" and getattr(image, "default_image", False):
        raise _NotAll("an animation with a picture beside it")
    if image.tell():
        raise _NotAll("of several pictures one that is not the first is shown")


def _is_deep_iso(data: bytes) -> bool:
    """Whether a configuration of the codec in an ISO media file says more than 8 bits."""
    av1 = (data[at.end() + 2] & 0x40 for at in re.finditer(b"av1C", data) if at.end() + 2 < len(data))
    hevc = (data[at.end() + 17] & 0x07 for at in re.finditer(b"hvcC", data) if at.end() + 17 < len(data))
    return any(av1) or any(hevc)


def _of_icon(image: IcoImageFile, limits: Limits) -> Iterator[_Frame]:
    """Every picture that it holds, the largest first."""
    for number in range(len(image.ico.entry)):
        check_size(image.ico.entry[number].dim, limits.pixels)
        frame = image.ico.frame(number)
        check_size(frame.size, limits.pixels)
        yield _frame(frame)


def _of_jpeg(image: JpegImageFile, data: bytes, limits: Limits) -> _Frame:
    from lookalike.pixels.jpeg import turbo_pixels

    check_size(image.size, limits.pixels)
    samples = turbo_pixels(data, image.mode == "L", image.size)
    if samples is None:
        raise _NotAll("some pixels are the decoder's guess")
    samples = np.repeat(samples, 3, axis=2) if samples.shape[2] == 1 else samples
    return _Frame(upright(samples, known_orientation_of(image)), "8", _colours(image))


def _frame(image: Image, low: NDArray[np.uint8] | None = None, duration: float | None = None) -> _Frame:
    """Frame of a loaded image; `low` holds the low bytes of samples of 16 bits, whose high ones the image has."""
    samples, kind = _samples(image) if low is None else _deep_samples(image, low)
    samples = upright(samples, known_orientation_of(image))
    return _Frame(_without_hidden(samples) if kind in ("8", "16") else samples, kind, _colours(image), duration)


def _samples(image: Image) -> tuple[NDArray[Any], str]:
    """(h, w, channels), and their kind."""
    from lookalike.pixels.colour import DEEP, rgb_of_grey

    if image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PPM"):
        grey = np.asarray(image).astype(np.uint16)
        key = image.info.get("transparency")
        tones = [grey] * 3 if key is None else [grey, grey, grey, np.where(grey == key, 0, 65535).astype(np.uint16)]
        return np.stack(tones, axis=-1), "16"
    if image.mode in DEEP:
        return np.asarray(image)[:, :, None], image.mode
    if image.mode not in _EXACT:
        samples = np.asarray(image)
        return samples if samples.ndim == 3 else samples[:, :, None], image.mode
    if image.has_transparency_data:
        return np.asarray(image.convert("RGBA")), "8"
    return rgb_of_grey(np.asarray(image)) if image.mode == "L" else np.asarray(image.convert("RGB")), "8"


def _deep_samples(image: Image, low: NDArray[np.uint8]) -> tuple[NDArray[np.uint16], str]:
    samples: NDArray[np.uint16] = np.asarray(image).astype(np.uint16) * np.uint16(256) + low
    key = image.info.get("transparency")
    if image.mode == "RGB" and isinstance(key, tuple):
        alpha = np.where((samples == np.array(key, np.uint16)).all(axis=2), 0, 65535).astype(np.uint16)
        samples = np.concatenate([samples, alpha[:, :, None]], axis=2)
    return samples, "16" if image.mode in ("RGB", "RGBA") else f"{image.mode};16"


def _low_bytes(format: str, data: bytes, image: ImageFile, number: int) -> NDArray[np.uint8] | None:
    """(h, w, channels) the low bytes of samples of 16 bits in several channels; None where there are none.

    Pillow keeps the high ones: told that the bytes come in the other order, it keeps the low ones.
    """
    from lookalike.pixels.plugins import opened

    raw_modes = {_raw_mode(tile.args) for tile in image.tile}
    if not any(map(_DEEP.search, raw_modes)) or image.mode.startswith("I"):
        return None
    if format == "png" and number:
        raise _NotAll("frames of 16 bits, of which 8 are decoded")
    again = opened(format, data)
    again.seek(number)
    again.tile = [tile._replace(args=_swapped(tile.args)) for tile in again.tile]
    again.load()
    low: NDArray[np.uint8] = np.asarray(again)
    return low[:, :, [1, 1, 1, 3]] if _GREY_AND_ALPHA in raw_modes else low


def _raw_mode(args: object) -> str:
    first = args[0] if isinstance(args, tuple) and args else args
    return first if isinstance(first, str) else ""


def _swapped(args: Any) -> Any:
    """For the decoder of a tile, that its samples have their bytes in the other order."""
    raw = _raw_mode(args)
    order = _DEEP.search(raw)
    if order is None:
        raise _NotAll("16 bits a sample, of which 8 are decoded")
    is_big = order[1] == "B" or (order[1] == "N" and sys.byteorder == "big")
    swapped = "RGBA" if raw == _GREY_AND_ALPHA else _DEEP.sub(";16L" if is_big else ";16B", raw)
    return (swapped, *args[1:]) if isinstance(args, tuple) else swapped


def _without_hidden(samples: NDArray[Any]) -> NDArray[Any]:
    """No alpha where all is opaque; no colour where nothing is seen of it."""
    if samples.shape[2] == 3:
        return samples
    alpha = samples[:, :, 3]
    if (alpha == np.iinfo(samples.dtype).max).all():
        return samples[:, :, :3]
    return np.where((alpha == 0)[:, :, None], samples.dtype.type(0), samples)


def _colours(image: Image) -> str:
    """Colour space of the samples: "" where it is sRGB."""
    from lookalike.pixels.icc import is_srgb

    profile = image.info.get("icc_profile")
    if isinstance(profile, bytes) and profile:
        mode = "L" if image.mode in ("1", "L", "LA") else "RGB"
        if image.mode in _EXACT and is_srgb(profile, mode):
            return ""
        return hashlib.sha256(profile).hexdigest()
    gamma, primaries = image.info.get("gamma"), image.info.get("chromaticity")
    if gamma is None or "srgb" in image.info:
        return ""
    is_like_srgb = abs(gamma - _SRGB_GAMMA[0]) <= _SRGB_GAMMA[1] and (
        primaries is None or np.allclose(primaries, _SRGB_WHITE_AND_PRIMARIES, atol=0.001)
    )
    return "" if is_like_srgb else json.dumps([gamma, primaries])
