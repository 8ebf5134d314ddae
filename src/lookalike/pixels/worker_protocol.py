"""Messages between a process and its isolated workers: jobs go out pickled, replies are never unpickled."""

from __future__ import annotations

import io
import json
import math
import pickle
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

Kind: TypeAlias = Literal["ready", "failed", "reply", "bad_picture"]

_LENGTH: Final = struct.Struct("<Q")
_DTYPES: Final = frozenset({"bool", "uint8", "uint16", "int32", "int64", "float32", "float64"})
_MOST_DIMENSIONS: Final = 8
_MOST_HEADER_BYTES: Final = 2**24
_DRAIN_BYTES: Final = 2**20


@dataclass(frozen=True, eq=False)
class Reply:
    """Reply of a handler: values that JSON can hold, and arrays of numbers."""

    data: Mapping[str, Any]
    arrays: tuple[NDArray[Any], ...] = ()


class BrokenWire(Exception):
    """Message from a worker that is no reply: it ended in the middle, or it is not to be trusted."""


def write_job(stream: io.FileIO, job: bytes) -> None:
    """`job`, already pickled, after its length."""
    _write(stream, _LENGTH.pack(len(job)))
    _write(stream, job)


def read_job(stream: io.FileIO) -> Any:
    """The next job, in a worker; `EOFError` when the parent is gone.

    One that memory has no room for raises `MemoryError` and is passed over, so that the next can be read.
    """
    (length,) = _LENGTH.unpack(_read(stream, _LENGTH.size))
    try:
        job = bytearray(length)
    except MemoryError:
        while length:
            length -= len(_read(stream, min(length, _DRAIN_BYTES)))
        raise
    _fill(stream, memoryview(job))
    return pickle.loads(job)  # noqa: S301  the parent is trusted by its worker, never the reverse


def write_reply(stream: io.FileIO, kind: Kind, reply: Reply) -> None:
    """A header of JSON after its length, then each array's bytes."""
    arrays = [np.ascontiguousarray(array) for array in reply.arrays]
    shapes = [[array.dtype.name, array.shape] for array in arrays]
    header = json.dumps({"kind": kind, "data": dict(reply.data), "arrays": shapes}).encode()
    _write(stream, _LENGTH.pack(len(header)) + header)
    for array in arrays:
        _write(stream, array.reshape(-1).view(np.uint8).data)


def read_reply(stream: io.FileIO, *, most: int) -> tuple[Kind, Reply]:
    """Message of a worker, its arrays of at most `most` bytes in all; raises `BrokenWire` before it asks for more."""
    try:
        (length,) = _LENGTH.unpack(_read(stream, _LENGTH.size))
        _check(length <= _MOST_HEADER_BYTES, f"a header of {length} bytes")
        header = json.loads(_read(stream, length))
        kind, data, rows = header["kind"], header["data"], header["arrays"]
        _check(kind in get_args(Kind) and isinstance(data, dict), f"a reply of kind {kind!r}")
        shapes = [(_dtype(name), _shape(lengths)) for name, lengths in rows]
        size = sum(math.prod(shape) * dtype.itemsize for dtype, shape in shapes)
        _check(size <= most, f"arrays of {size} bytes")
        return kind, Reply(data, tuple(_array(stream, dtype, shape) for dtype, shape in shapes))
    except (EOFError, OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise BrokenWire(str(error)) from error


def _dtype(name: object) -> np.dtype[Any]:
    _check(isinstance(name, str) and name in _DTYPES, f"an array of {name!r}")
    return np.dtype(str(name))


def _shape(lengths: list[object]) -> tuple[int, ...]:
    shape = tuple(length for length in lengths if isinstance(length, int) and length >= 0)
    _check(len(shape) == len(lengths) <= _MOST_DIMENSIONS, f"an array of shape {lengths!r}")
    return shape


def _check(is_right: bool, what: str) -> None:
    if not is_right:
        raise ValueError(f"{what} is not taken from a worker")


def _array(stream: io.FileIO, dtype: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    array = np.empty(math.prod(shape), dtype)
    _fill(stream, array.view(np.uint8).data)
    return array.reshape(shape)


def _read(stream: io.FileIO, length: int) -> bytearray:
    data = bytearray(length)
    _fill(stream, memoryview(data))
    return data


def _fill(stream: io.FileIO, left: memoryview) -> None:
    while left:
        count = stream.readinto(left)
        if not count:
            raise EOFError("the stream ended in the middle")
        left = left[count:]


def _write(stream: io.FileIO, data: bytes | memoryview) -> None:
    left = memoryview(data)
    while left:
        left = left[stream.write(left) :]
