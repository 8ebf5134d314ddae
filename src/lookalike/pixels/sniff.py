"""Format of a picture, by how its bytes begin; names and endings are not asked."""

from __future__ import annotations

import re
from typing import Final

from lookalike.errors import BadPicture

HEAD: Final = 64
"""Bytes that `sniff` needs."""

_AVIF = {b"avif", b"avis"}
_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
_PNM = re.compile(rb"P[1-6](\s|#)")
_BMP_HEADER_SIZES = {12, 16, 40, 52, 56, 64, 108, 124}
_FOREIGN: Final = {
    b"8BPS": "Photoshop",
    b"\x00\x00\x00\x0cjP  \r\n\x87\n": "JPEG 2000",
    b"\xff\x4f\xff\x51": "JPEG 2000",
    b"\x00\x00\x00\x0cJXL \r\n\x87\n": "JPEG XL",
    b"\xff\x0a": "JPEG XL",
    b"v/1\x01": "OpenEXR",
    b"#?RADIANCE": "Radiance HDR",
    b"DDS ": "DirectDraw surface",
    b"gimp xcf": "GIMP",
    b"icns": "Apple icon",
    b"qoif": "QOI",
    b"SIMPLE  =": "FITS",
    b"AT&TFORM": "DjVu",
    b"\x00\x00\x02\x00": "Windows cursor",
    b"P7\n": "PAM",
    b"Pf\n": "PFM",
    b"PF\n": "PFM",
    b"FORM": "IFF",
    b"%!PS-Adobe": "PostScript",
}
_SVG = re.compile(rb"\A(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*(<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]", re.S)


def sniff(head: bytes) -> str | None:
    """The format, if it is one that is decoded: jpeg, png, webp, gif, bmp, tiff, avif, heic, ppm or ico."""
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return "tiff"
    if head[4:8] == b"ftyp":
        return _iso_media(head)
    if head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_HEADER_SIZES:
        return "bmp"
    if _PNM.match(head):
        return "ppm"
    if head.startswith(b"\0\0\1\0") and head[4:6] not in (b"", b"\0\0") and head[9:10] == b"\0":
        return "ico"
    return None


def _is_bare_bitmap(head: bytes) -> bool:
    """As a clipboard holds it: it begins with the length of what describes it, and has one plane."""
    planes = head[8:10] if head[:4] == b"\x0c\0\0\0" else head[12:14]
    return int.from_bytes(head[:4], "little") in _BMP_HEADER_SIZES and planes == b"\1\0"


def may_be_a_fraction(format: str | None) -> bool:
    """Whether pictures of that format are decoded at a fraction of their size where less is asked for."""
    return format == "jpeg"


def _iso_media(head: bytes) -> str | None:
    """Format by the brands in the first box: the major one, then those that it is compatible with."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))]
    if brands[0] not in _AVIF | _HEIC:  # a film may name a still among the brands that it is compatible with
        return None
    return "avif" if _AVIF & set(brands) else "heic"


def format_of(data: bytes) -> str:
    """Format as of `sniff`; raises `unsupported` for a picture of another format, `not_an_image` for the rest."""
    head = bytes(data[:HEAD])
    if format := sniff(head):
        return format
    if not head:
        raise BadPicture("not_an_image", "the file is empty")
    for magic, name in _FOREIGN.items():
        if head.startswith(magic):
            raise BadPicture("unsupported", f"{name} is not decoded")
    if _is_bare_bitmap(head):
        raise BadPicture("unsupported", "a bitmap without the header of a file (DIB) is not decoded: save it as BMP")
    if _SVG.match(bytes(data[:1024])):
        raise BadPicture("unsupported", "SVG is not decoded")
    raise BadPicture("not_an_image", f"begins with {head[:8]!r}, as no picture does")
