"""Whatever a decoder raises, as one of the closed set of reasons."""

from __future__ import annotations

from typing import Final

from PIL import Image

from lookalike.errors import BadPicture

_TOO_LARGE: Final = ("out of memory", "memory allocation", "limit exceeded", "exceeds limit")
_UNSUPPORTED: Final = (
    "unsupported", "not supported", "cannot handle", "can't handle", "unknown pixel mode", "no decoding plugin",
    "not implemented", "no codec", "conversion from",
)  # fmt: skip
_LONGEST = 200


def bad_picture(error: Exception) -> BadPicture:
    """Outcome for bytes that begin as a picture and cannot be decoded: `truncated`, whether cut or damaged."""
    detail = (str(error) or type(error).__name__)[:_LONGEST]
    said = detail.lower()
    if isinstance(error, (MemoryError, Image.DecompressionBombError)) or any(word in said for word in _TOO_LARGE):
        return BadPicture("too_large", detail)
    if isinstance(error, NotImplementedError) or any(word in said for word in _UNSUPPORTED):
        return BadPicture("unsupported", detail)
    return BadPicture("truncated", detail)
