"""Limits on the costs of a picture."""

from __future__ import annotations

from dataclasses import dataclass

from lookalike.errors import BadPicture
from lookalike.types import Size


@dataclass(frozen=True)
class Limits:
    """The most that one picture may ask for; what asks for more is refused before it is given anything."""

    pixels: int = 50_000_000
    """Decoded whole, in any format."""
    jpeg_pixels: int = 500_000_000
    """In a JPEG: above `pixels` it is decoded at a fraction of its size."""
    bytes: int = 512 * 2**20
    """In the file."""
    seconds: float = 30.0
    """Seconds of wall-clock time in an isolated worker."""
    decoding: int = 504 * 2**20
    """Memory, in bytes, that an isolated worker may hold in all while it decodes (Linux).

    With pages that were promised before, which it may come to hold as well, that stays within 512 MiB.
    """
    memory: int = 2 * 2**30
    """Address space, in bytes, that a worker may add to what it has when it is ready (Linux)."""


def check_size(size: Size, pixels: int) -> None:
    """Raises `BadPicture` where (w, h) is more than that many pixels."""
    if size[0] * size[1] > pixels:
        raise BadPicture("too_large", f"{size[0]} x {size[1]} px, more than the limit of {pixels}")
