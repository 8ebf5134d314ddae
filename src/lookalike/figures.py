"""Counts, shares and scores as people read them: what is not all is never shown as all, nor what is some as none."""

from __future__ import annotations

import re
from typing import Final

ROUNDING: Final = 1e-12
"""Share of the whole by which the same sum in another order may differ."""


def percent(share: float, digits: int = 1) -> str:
    """A share as a percentage; below 1 it stays below 100 %: 0.9996 is 99.9 %."""
    return f"{_below(100 * share, 100, digits):.{digits}f} %"


def score(value: float, digits: int = 3) -> str:
    """A score; below 1 it stays below 1: 0.9997 is 0.999."""
    return f"{_below(value, 1, digits):z.{digits}f}"


def file_size(count: int) -> str:
    """Bytes in the largest unit that leaves a number of at least 1, to tenths below 100."""
    for power, unit in ((4, "TB"), (3, "GB"), (2, "MB"), (1, "kB")):
        amount = count / 1000**power
        if amount >= 0.9995:
            return f"{amount:.1f} {unit}" if amount < 99.95 else f"{amount:.0f} {unit}"
    return f"{count} B"


def bytes_of(words: str) -> int:
    """The number of bytes that 4GB, 512 MB, 1.5GiB or 1000 tells; raises `ValueError` where it is none."""
    told = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(?:([kmgt]?)(i?)b)?\s*", words, re.IGNORECASE)
    if told is None:
        raise ValueError(f"{words!r} is no size: write 4GB, 512MB or a number of bytes")
    number, prefix, binary = told.groups()
    return int(float(number) * (1024 if binary else 1000) ** " kmgt".index((prefix or " ").lower()))


def counted(count: int, noun: str) -> str:
    """1 file, 2 files."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def about(share: float) -> str:
    """A share as a percentage without decimals, but for what is less than one: 12 %, 0.3 %, less than 0.01 %."""
    if not 0 < share < 0.01:
        return percent(share, digits=0)
    return f"{100 * share:.1g} %" if share >= 1e-4 else "less than 0.01 %"


def _below(value: float, whole: float, digits: int) -> float:
    """The value, or the largest number of so many digits below the whole where it would be rounded up to that.

    What a sum of doubles lacks of the whole is not below it.
    """
    is_below = value < whole * (1 - ROUNDING)
    return whole - 10.0**-digits if is_below and whole <= round(value, digits) else value
