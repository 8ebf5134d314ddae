"""Files in which an ONNX graph keeps tensors [onnx.proto3], read from the graph without loading it."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lookalike.errors import WeightsError

Field = tuple[int, "memoryview"]
_GRAPH: Final = 7
"""Field of ModelProto."""
_NODE, _INITIALIZER, _SPARSE = 1, 5, 15
"""Fields of GraphProto."""
_ATTRIBUTE: Final = 5
"""Field of NodeProto."""
_TENSOR, _SUBGRAPH, _TENSORS, _SUBGRAPHS = 5, 6, 10, 11
"""Fields of AttributeProto."""
_FUNCTION: Final = 25
"""Field of ModelProto; nodes of a function are its field 7."""
_EXTERNAL: Final = 13
"""Field of TensorProto: pairs of key and value."""
_DEEPEST: Final = 32


def external_files(graph: Path) -> list[str]:
    """Names that the graph gives, once each, in order; raises `WeightsError` where it is no ONNX graph."""
    try:
        with graph.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            view = memoryview(data)
            try:
                return list(dict.fromkeys(_of_model(view)))
            finally:
                view.release()
    except (ValueError, IndexError) as error:
        raise WeightsError(f"{graph} is no ONNX graph: {error}") from error


def _of_model(model: memoryview) -> Iterator[str]:
    graphs = 0
    for number, value in _fields(model):
        if number == _GRAPH:
            graphs += 1
            yield from _of_graph(value, 0)
        elif number == _FUNCTION:
            for inner, node in _fields(value):
                if inner == 7:
                    yield from _of_node(node, 0)
    if graphs != 1:
        raise ValueError(f"it holds {graphs} graphs")


def _of_graph(graph: memoryview, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        raise ValueError("graphs are nested too deep")
    for number, value in _fields(graph):
        if number == _INITIALIZER:
            yield from _of_tensor(value)
        elif number == _SPARSE:
            yield from _of_sparse(value)
        elif number == _NODE:
            yield from _of_node(value, depth)


def _of_node(node: memoryview, depth: int) -> Iterator[str]:
    for number, attribute in _fields(node):
        if number == _ATTRIBUTE:
            for inner, value in _fields(attribute):
                if inner in (_TENSOR, _TENSORS):
                    yield from _of_tensor(value)
                elif inner in (_SUBGRAPH, _SUBGRAPHS):
                    yield from _of_graph(value, depth + 1)


def _of_sparse(tensor: memoryview) -> Iterator[str]:
    for number, value in _fields(tensor):
        if number in (1, 2):  # values and indices
            yield from _of_tensor(value)


def _of_tensor(tensor: memoryview) -> Iterator[str]:
    for number, value in _fields(tensor):
        if number == _EXTERNAL:
            pair = {inner: bytes(text) for inner, text in _fields(value)}
            if pair.get(1) == b"location":
                yield pair.get(2, b"").decode()


def _fields(message: memoryview) -> Iterator[Field]:
    """Number and bytes of each field of a message that has a length; others are passed over."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, wire_type = key >> 3, key & 7
        if wire_type == 0:
            _, at = _varint(message, at)
        elif wire_type in (1, 5):
            at += 8 if wire_type == 1 else 4
        elif wire_type == 2:
            length, at = _varint(message, at)
            if length > len(message) - at:
                raise ValueError("a part of it is longer than the whole")
            yield number, message[at : at + length]
            at += length
        else:
            raise ValueError(f"wire type {wire_type}")
    if at > len(message):
        raise ValueError("it is cut off")


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError("a number is too long")
