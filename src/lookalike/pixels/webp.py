"""Room for a WebP: its decoder says of want of memory what it says of damage."""

from __future__ import annotations

from typing import Final

from lookalike.errors import BadPicture
from lookalike.pixels.limits import Limits

BYTES_A_PX: Final = 16
"""Two canvases of its decoder, what they are handed over in, and the picture."""
COPIES: Final = 3
"""Copies of the file."""
OWN: Final = 80_000_000
"""Bytes of the process beside them."""


def check_room(data: bytes, limits: Limits) -> None:
    """Raises `BadPicture`, too_large, where a WebP of that size takes more than may be held while it is decoded."""
    width, height = size_of(data)
    needed = OWN + BYTES_A_PX * width * height + COPIES * len(data)
    if needed > limits.decoding:
        told = f"{width} x {height} px of WebP take {needed / 1e6:.0f} MB to decode"
        raise BadPicture("too_large", f"{told}, more than the limit of {limits.decoding / 1e6:.0f}")


def size_of(data: bytes) -> tuple[int, int]:
    """Width and height as the header says; (0, 0) where there is none."""
    kind = data[12:16]
    if len(data) < 30:
        return 0, 0
    if kind == b"VP8X":
        return 1 + _number(data[24:27]), 1 + _number(data[27:30])
    if kind == b"VP8L":
        both = _number(data[21:25])
        return 1 + (both & 0x3FFF), 1 + (both >> 14 & 0x3FFF)
    return (_number(data[26:28]) & 0x3FFF, _number(data[28:30]) & 0x3FFF) if kind == b"VP8 " else (0, 0)


def _number(data: bytes) -> int:
    return int.from_bytes(data, "little")
