"""A file without its metadata, for when that is what is damaged."""

from __future__ import annotations

from collections.abc import Iterator

_PNG_KEPT = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
_JPEG_DROPPED = {*range(0xE1, 0xEE), 0xEF, 0xFE}
"""APP1 to APP15 and comments, but for Adobe's APP14, which tells what the colours mean."""


def without_metadata(format: str, data: bytes) -> bytes | None:
    """Bytes of the picture with nothing but what its pixels need; None where there is nothing to take away."""
    if format == "png":
        parts = data[:8], *(chunk for kind, chunk in _chunks(data) if kind in _PNG_KEPT)
    elif format == "jpeg":
        parts = data[:2], *(segment for marker, segment in _segments(data) if marker not in _JPEG_DROPPED)
    else:
        return None
    stripped = b"".join(parts)
    return stripped if len(stripped) < len(data) else None


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(type, chunk) as far as there are whole ones; the rest of the file counts as the last."""
    at = 8
    while at < len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], data[at:end]
        at = end


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(marker, segment); the one that starts the scan carries all the rest of the file."""
    at = 2
    while data[at : at + 1] == b"\xff" and at + 4 <= len(data):
        marker = data[at + 1]
        end = len(data) if marker in (0xDA, 0xFF) else at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        yield marker, data[at:end]
        at = end
    yield 0, data[at:]
