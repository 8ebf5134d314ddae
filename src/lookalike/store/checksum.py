"""Checksums of rows: what a disk or a cable changed in silence no longer fits."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.types import Ids

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
"""Odd, so that no power of it is a divisor of zero: one word that changes always changes the sum."""
_WORD = 8
"""Bytes."""


def of_values(values: Sequence[Any]) -> int:
    """The CRC-32 of a row of numbers, texts and bytes, as ASCII."""
    return zlib.crc32(ascii(tuple(values)).encode())


def of_rows(ids: Ids, rows: NDArray[np.uint8]) -> NDArray[np.int64]:
    """(n,) of the (n, bytes) rows of these contents: a polynomial of their words, modulo 2**64.

    At the pace of memory, twice as fast as a CRC: it is checked whenever a vector is read.
    """
    if rows.shape[1] % _WORD:
        rows = np.pad(rows, ((0, 0), (0, -rows.shape[1] % _WORD)))
    words = np.ascontiguousarray(rows).view("<u8")  # (n, words)
    sums = words @ _powers(words.shape[1]) + ids.astype(np.uint64)
    return np.asarray(sums, np.uint64).view(np.int64)


@lru_cache(256)
def _powers(count: int) -> NDArray[np.uint64]:
    """(count,) of the multiplier: local features come in a few hundred lengths."""
    return np.asarray(np.cumprod(np.full(count, _MULTIPLIER)), np.uint64)


def of_bytes(id: int, data: bytes) -> int:
    """Checksum of a single row, of any length."""
    return int(of_rows(np.array([id], np.int64), np.frombuffer(data, np.uint8)[None])[0])
