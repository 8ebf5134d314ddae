from __future__ import annotations

import contextlib
import io
import json
import os
import threading
from collections.abc import Callable

import numpy as np
import pytest

from lookalike.pixels.worker_protocol import BrokenWire, Kind, Reply, read_reply, write_reply


def through(write: Callable[[io.FileIO], None], *, most: int = 2**20) -> tuple[Kind, Reply]:
    """What is read at the one end of a pipe of what is written to the other."""
    source, sink = os.pipe()
    with io.FileIO(source, "rb") as reader, io.FileIO(sink, "wb") as writer:

        def write_all() -> None:
            with contextlib.suppress(BrokenPipeError), writer:  # whoever has read enough goes away
                write(writer)

        thread = threading.Thread(target=write_all)
        thread.start()
        try:
            return read_reply(reader, most=most)
        finally:
            reader.close()
            thread.join()


@pytest.mark.parametrize("dtype", ["bool", "uint8", "uint16", "int32", "int64", "float32", "float64"])
@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (5,), (40, 30, 3)])
def test_arrays_of_numbers_arrive_as_they_left(dtype: str, shape: tuple[int, ...]) -> None:
    array = (np.arange(np.prod(shape, dtype=int)) % 2).astype(dtype).reshape(shape)
    kind, reply = through(
        lambda stream: write_reply(stream, "reply", Reply({"a": [1, None, "ß\udcff"]}, (array, array)))
    )
    assert kind == "reply"
    assert reply.data == {"a": [1, None, "ß\udcff"]}
    for arrived in reply.arrays:
        np.testing.assert_array_equal(arrived, array)
        assert arrived.dtype == array.dtype


def test_an_array_in_any_order_of_memory_arrives() -> None:
    array = np.arange(24, dtype=np.float32).reshape(4, 6)[::-1, ::2].T
    _, reply = through(lambda stream: write_reply(stream, "reply", Reply({}, (array,))))
    np.testing.assert_array_equal(reply.arrays[0], array)


def test_more_than_was_allowed_is_not_read() -> None:
    reply = Reply({}, (np.zeros(600, np.uint8), np.zeros(600, np.uint8)))
    with pytest.raises(BrokenWire, match="1200 bytes"):
        through(lambda stream: write_reply(stream, "reply", reply), most=1000)


@pytest.mark.parametrize("kept", [0, 3, 8, 20, -1])
def test_a_reply_that_stops_in_the_middle_is_broken(kept: int) -> None:
    header = json.dumps({"kind": "reply", "data": {}, "arrays": [["uint8", [4]]]}).encode()
    message = len(header).to_bytes(8, "little") + header + bytes(4)
    with pytest.raises(BrokenWire):
        through(lambda stream: stream.write(message[:kept]))


def test_a_header_without_end_is_not_read() -> None:
    with pytest.raises(BrokenWire, match="header"):
        through(lambda stream: stream.write((2**60).to_bytes(8, "little")))
