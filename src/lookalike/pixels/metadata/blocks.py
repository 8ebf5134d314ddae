"""The blocks of a file that hold facts, found without decoding a pixel."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lookalike.pixels.limits import Limits

if TYPE_CHECKING:
    from PIL import Image

MOST: Final = 4 * 2**20
"""Bytes of a block that is read."""
_EXIF: Final = b"Exif\0\0"
_XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
_PHOTOSHOP: Final = b"Photoshop 3.0\0"
_PNG_XMP: Final = b"XML:com.adobe.xmp"
_IPTC_RESOURCE: Final = 0x0404
_TIFF_XMP: Final = 700
_TIFF_IPTC: Final = 33723


@dataclass(frozen=True, eq=False)
class Blocks:
    """EXIF tags, an XMP packet and IPTC data sets, as far as the file has them."""

    exif: Image.Exif | None = None
    xmp: bytes | None = None
    iptc: bytes | None = None


def blocks_of(format: str, data: bytes, limits: Limits) -> Blocks:
    """Blocks in a file, or of a JPEG in its beginning, up to the pixels; raises anything where one is damaged."""
    if format == "jpeg":
        return _of_jpeg(data)
    if format == "png":
        return _of_png(data)
    return _of_plugin(format, data, limits)


def begins_with_its_facts(data: bytes) -> bool:
    """Whether this beginning of a JPEG goes up to its pixels, before which its facts are."""
    return any(marker == 0xDA for marker, _ in _segments(data))


def _of_jpeg(data: bytes) -> Blocks:
    exif = xmp = None
    resources = b""
    for marker, segment in _segments(data):
        if marker == 0xE1 and segment.startswith(_EXIF):
            exif = exif or segment
        elif marker == 0xE1 and segment.startswith(_XMP):
            xmp = xmp or segment[len(_XMP) :]
        elif marker == 0xED and segment.startswith(_PHOTOSHOP) and len(resources) < MOST:
            resources += segment[len(_PHOTOSHOP) :]
    return Blocks(_loaded(exif), xmp, _resource(resources, _IPTC_RESOURCE))


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(marker, payload) of each whole segment, the start of the scan, which is empty here, the last."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        if marker == 0xDA:
            yield marker, b""
            return
        end = at + 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
        if end > len(data):
            return
        yield marker, data[at + 4 : end]
        at = end


def _resource(data: bytes, wanted: int) -> bytes | None:
    """The block of that number among Photoshop's image resources."""
    at = 0
    while data[at : at + 4] == b"8BIM":
        number = int.from_bytes(data[at + 4 : at + 6], "big")
        name = data[at + 6] + 1
        start = at + 6 + name + name % 2
        size = int.from_bytes(data[start : start + 4], "big")
        if number == wanted:
            return data[start + 4 : start + 4 + size]
        at = start + 4 + size + size % 2
    return None


def _of_png(data: bytes) -> Blocks:
    exif = xmp = None
    at = 8
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        kind, chunk = data[at + 4 : at + 8], (at + 8, at + 8 + size)
        if kind == b"eXIf" and size <= MOST:
            exif = exif or data[slice(*chunk)]
        elif kind == b"iTXt" and size <= MOST and data.startswith(_PNG_XMP + b"\0", chunk[0]):
            xmp = xmp or _text(data[slice(*chunk)])
        at = chunk[1] + 4
    return Blocks(_loaded(exif), xmp)


def _text(chunk: bytes) -> bytes | None:
    """Text of an iTXt chunk: keyword, NUL, two flags, language, NUL, keyword, NUL."""
    _, _, rest = chunk.partition(b"\0")
    is_packed, text = rest[:1] == b"\1", rest[2:].split(b"\0", 2)[-1]
    if not is_packed:
        return text
    unpacker = zlib.decompressobj()
    found = unpacker.decompress(text, MOST)
    return None if unpacker.unconsumed_tail else found


def _of_plugin(format: str, data: bytes, limits: Limits) -> Blocks:
    from lookalike.pixels.plugins import opened, pillow_limited

    with pillow_limited(limits.pixels):
        image = opened(format, data)
        tags: Any = getattr(image, "tag_v2", {}) if format == "tiff" else {}
        exif = image.getexif()
    xmp, iptc = tags.get(_TIFF_XMP, image.info.get("xmp")), tags.get(_TIFF_IPTC)
    if isinstance(iptc, tuple):  # some wrote it as long words
        iptc = b"".join(int(word).to_bytes(4, "little") for word in iptc[:MOST])
    return Blocks(exif, *(block if isinstance(block, bytes) and len(block) <= MOST else None for block in (xmp, iptc)))


def _loaded(block: bytes | None) -> Image.Exif | None:
    if block is None:
        return None
    from PIL import Image

    exif = Image.Exif()
    exif.load(block)
    return exif
