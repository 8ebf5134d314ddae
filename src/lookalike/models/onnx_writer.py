"""ONNX graphs as bytes: the few messages of its protocol buffer that a convolutional network needs [onnx.proto3]."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ELEMENT = {"float32": 1, "uint8": 2, "int32": 6, "int64": 7, "float16": 10}
_OPSET, _IR_VERSION = 19, 9  # the first with deformable convolutions
_FLOAT, _INT, _STRING, _INTS = 1, 2, 3, 7
"""AttributeProto.AttributeType"""

Attribute = float | int | str | Sequence[int]


@dataclass
class Graph:
    """A network under construction: `node` and `constant` return the names of what they make."""

    nodes: list[bytes] = field(default_factory=list)
    constants: list[bytes] = field(default_factory=list)

    def constant(self, value: NDArray[Any]) -> str:
        """A tensor of the file."""
        name = f"constant{len(self.constants)}"
        self.constants.append(_tensor(name, value))
        return name

    def node(self, operator: str, *inputs: str, output: str | None = None, **attributes: Attribute) -> str:
        """The output of `operator`."""
        name = output or f"value{len(self.nodes)}"
        message = b"".join(_text(1, each) for each in inputs) + _text(2, name) + _text(4, operator)
        message += b"".join(_bytes(5, _attribute(key, value)) for key, value in attributes.items())
        self.nodes.append(message)
        return name

    def model(
        self, inputs: Mapping[str, _Shape], outputs: Mapping[str, _Shape], facts: Mapping[str, str] | None = None
    ) -> bytes:
        """The whole file; each input and output is (element type, dims), a dim by name where it is free.

        `facts` are its metadata, texts by name.
        """
        graph = [
            *(_bytes(1, node) for node in self.nodes),
            _text(2, "network"),
            *(part for constant in self.constants for part in (_head(5, len(constant)), constant)),
            *(_bytes(11, _value(name, *shape)) for name, shape in inputs.items()),
            *(_bytes(12, _value(name, *shape)) for name, shape in outputs.items()),
        ]
        head = _int(1, _IR_VERSION) + _text(2, "lookalike") + _head(7, sum(map(len, graph)))
        told = [_bytes(14, _text(1, name) + _text(2, fact)) for name, fact in (facts or {}).items()]
        return b"".join([head, *graph, _bytes(8, _int(2, _OPSET)), *told])  # joined once: most of it is weights


_Shape = tuple[str, Sequence[int | str]]


def _tensor(name: str, value: NDArray[Any]) -> bytes:
    dims = b"".join(_int(1, length) for length in value.shape)
    data = np.ascontiguousarray(value).astype(value.dtype.newbyteorder("<")).tobytes()
    return dims + _int(2, _ELEMENT[value.dtype.name]) + _text(8, name) + _bytes(9, data)


def _attribute(name: str, value: Attribute) -> bytes:
    if isinstance(value, str):
        return _text(1, name) + _text(4, value) + _int(20, _STRING)
    if isinstance(value, float):
        return _text(1, name) + _key(2, 5) + np.float32(value).tobytes() + _int(20, _FLOAT)
    if isinstance(value, int):
        return _text(1, name) + _int(3, value) + _int(20, _INT)
    return _text(1, name) + b"".join(_int(8, item) for item in value) + _int(20, _INTS)


def _value(name: str, element: str, dims: Sequence[int | str]) -> bytes:
    shape = b"".join(_bytes(1, _int(1, dim) if isinstance(dim, int) else _text(2, dim)) for dim in dims)
    return _text(1, name) + _bytes(2, _bytes(1, _int(1, _ELEMENT[element]) + _bytes(2, shape)))


# protocol buffer


def _int(number: int, value: int) -> bytes:
    return _key(number, 0) + _varint(value)


def _text(number: int, value: str) -> bytes:
    return _bytes(number, value.encode())


def _bytes(number: int, value: bytes) -> bytes:
    return _head(number, len(value)) + value


def _head(number: int, length: int) -> bytes:
    return _key(number, 2) + _varint(length)


def _key(number: int, wire_type: int) -> bytes:
    return _varint(number << 3 | wire_type)


def _varint(value: int) -> bytes:
    groups = []
    while True:
        value, group = value >> 7, value & 0x7F
        groups.append(group | (0x80 if value else 0))
        if not value:
            return bytes(groups)
