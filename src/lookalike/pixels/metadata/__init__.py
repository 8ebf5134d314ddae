"""Facts that a file tells of its picture beside the pixels: EXIF, XMP and IPTC. They may lie, and lose no picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from lookalike.facts import UNKNOWN, Facts, Place
from lookalike.pixels.limits import Limits
from lookalike.pixels.memory import held_to

T = TypeVar("T")

MOST_SIDECAR_BYTES: Final = 4 * 2**20
"""Bytes of a sidecar that is read; those of a raw developer with many strokes of a brush take a tenth."""


def facts_in(format: str, data: bytes, limits: Limits = Limits()) -> tuple[Facts, Place | None]:
    """Facts in a file of that format, and where it was taken; what cannot be read is unknown, whatever the bytes."""
    unknown: tuple[Facts, Place | None] = (UNKNOWN, None)
    with held_to(limits.decoding):
        return _tolerant(lambda: _read(format, data, limits), unknown)


def facts_in_sidecar(data: bytes) -> Facts | None:
    """Facts that an .xmp file tells; None where it is no XMP, or too much of it."""
    from lookalike.pixels.metadata.xmp import facts_of_xmp

    return _tolerant(lambda: facts_of_xmp(data), None) if len(data) <= MOST_SIDECAR_BYTES else None


def _read(format: str, data: bytes, limits: Limits) -> tuple[Facts, Place | None]:
    from lookalike.pixels.metadata.blocks import blocks_of
    from lookalike.pixels.metadata.exif import facts_of_exif, place_of_exif
    from lookalike.pixels.metadata.iptc import facts_of_iptc
    from lookalike.pixels.metadata.xmp import facts_of_xmp

    blocks = blocks_of(format, data, limits)
    found = UNKNOWN
    if blocks.xmp is not None:
        xmp = blocks.xmp
        found = _tolerant(lambda: facts_of_xmp(xmp), None) or found
    if blocks.iptc is not None:
        iptc = blocks.iptc
        found = found.over(_tolerant(lambda: facts_of_iptc(iptc), UNKNOWN))
    if blocks.exif is None:
        return found, None
    exif = blocks.exif
    found = found.over(_tolerant(lambda: facts_of_exif(exif), UNKNOWN))
    return found, _tolerant(lambda: place_of_exif(exif), None)


def _tolerant(read: Callable[[], T], otherwise: T) -> T:
    """Whatever a damaged block raises, it is only a block."""
    try:
        return read()
    except Exception:  # noqa: BLE001
        return otherwise
