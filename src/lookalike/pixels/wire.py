"""What passes between a process and its isolated workers."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

_LENGTH = struct.Struct("<Q")
_TYPES = frozenset({"uint8", "int64", "float32"})
_HEADER_BYTES = 2**20


@dataclass(frozen=True, eq=False)
class Reply:
    """What a handler gives back: plain values for JSON, and arrays of uint8, int64 or float32."""

    data: Mapping[str, Any]
    arrays: tuple[NDArray[Any], ...] = ()


def write_message(stream: IO[bytes], message: bytes) -> None:
    """A length and the bytes."""
    stream.write(_LENGTH.pack(len(message)))
    stream.write(message)
    stream.flush()


def read_message(stream: IO[bytes], most: int) -> bytes:
    """The next message; `EOFError` at the end of the stream, `ValueError` for one longer than `most` bytes."""
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    if length > most:
        raise ValueError(f"a message of {length} bytes, more than {most}")
    return _exactly(stream, length)


def write_reply(stream: IO[bytes], reply: Reply) -> None:
    """A header of JSON, then each array's bytes."""
    shapes = [{"dtype": array.dtype.name, "shape": array.shape} for array in reply.arrays]
    write_message(stream, json.dumps({"data": dict(reply.data), "arrays": shapes}).encode())
    for array in reply.arrays:
        stream.write(np.ascontiguousarray(array).data)
    stream.flush()


def read_reply(stream: IO[bytes], most: int) -> Reply:
    """What `write_reply` wrote; `EOFError` or `ValueError` for anything else, before memory is asked for."""
    header = json.loads(read_message(stream, _HEADER_BYTES))
    arrays = []
    for row in header["arrays"]:
        shape = tuple(int(length) for length in row["shape"])
        if row["dtype"] not in _TYPES or any(length < 0 for length in shape):
            raise ValueError(f"no array of {row['dtype']} {shape} is taken from a worker")
        size = math.prod(shape) * np.dtype(row["dtype"]).itemsize
        if size > most:
            raise ValueError(f"an array of {size} bytes, more than {most}")
        arrays.append(np.frombuffer(_exactly(stream, size), row["dtype"]).reshape(shape))
    return Reply(header["data"], tuple(arrays))


def _exactly(stream: IO[bytes], length: int) -> bytearray:
    data = bytearray(length)
    view, at = memoryview(data), 0
    while at < length:
        count = stream.readinto(view[at:])  # type: ignore[attr-defined]  a raw pipe has it
        if not count:
            raise EOFError("the stream ended in the middle of a message")
        at += count
    return data
