"""Local features as few bytes: places and poses in 9 bytes a keypoint, floats as float16, bytes or half bytes."""

from __future__ import annotations

import json
import struct
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lookalike.types import Keypoints, LocalFeatures, Space, Vectors

Rows: TypeAlias = Literal["float32", "float16", "uint8", "uint4"]
"""How rows of floats are kept; packed bits are always kept as they are."""
Packed: TypeAlias = bytes
"""Local features of a picture as they are kept."""

_LENGTH: Final = struct.Struct("<I")
_POINT: Final = np.dtype([("xy", "<u2", 2), ("score", "<f2"), ("scale", "<f2"), ("angle", "u1")])
_STEPS: Final = 65535
_LEVELS: Final = {"uint8": 255, "uint4": 15}
_MARGIN: Final = 1.0
"""px beyond the picture that a place may lie."""


def rows_kept(space: Space) -> Rows:
    """Half a byte a value of SIFT does as well as a whole one (decision 0019); of others nothing is known."""
    return "uint4" if space.name == "sift" else "uint8"


def packed(features: LocalFeatures, rows: Rows = "uint8") -> bytes:
    """`features`, less the shapes of affine regions: places to 1/65535 of a side, angles to 1.4 degrees."""
    keypoints, descriptors = features.keypoints, features.descriptors
    low, high = (float(descriptors.min()), float(descriptors.max())) if descriptors.size else (0.0, 1.0)
    kind = "bits" if descriptors.dtype == np.uint8 else rows
    header = {
        "size": keypoints.size,
        "k": len(features),
        "columns": descriptors.shape[1],
        "rows": kind,
        "range": (low, high),
        "scale": keypoints.scale is not None,
        "angle": keypoints.angle is not None,
    }
    points = np.zeros(len(features), _POINT)
    within = (keypoints.xy + _MARGIN) / (np.array(keypoints.size) + 2 * _MARGIN)
    points["xy"] = np.rint(np.clip(within, 0, 1) * _STEPS)
    points["score"] = np.clip(keypoints.scores, -6e4, 6e4)
    if keypoints.scale is not None:
        points["scale"] = np.clip(keypoints.scale, 0, 6e4)
    if keypoints.angle is not None:
        points["angle"] = np.rint(keypoints.angle / (2 * np.pi) * 256).astype(np.int64) % 256
    text = json.dumps(header).encode()
    return _LENGTH.pack(len(text)) + text + points.tobytes() + _coded(descriptors, kind, low, high).tobytes()


def packed_array(features: LocalFeatures, rows: Rows = "float32") -> NDArray[np.uint8]:
    """(n,) bytes, as a worker replies."""
    return np.frombuffer(packed(features, rows), np.uint8)


def as_kept(features: LocalFeatures | Packed, space: Space) -> Packed:
    """Bytes that a store keeps of a picture's features; raises `ValueError` for bytes that are none of this space."""
    if isinstance(features, LocalFeatures):
        return packed(features, rows_kept(space))
    header, start = _header(features)
    k, columns, rows = header["k"], header["columns"], header["rows"]
    if rows != ("bits" if space.metric == "hamming" else rows_kept(space)) or columns != space.columns:
        raise ValueError(f"features of {space.name} are kept with {space.columns} columns, not as {columns} {rows}")
    if len(features) != start + k * _POINT.itemsize + -(-k * columns // (2 if rows == "uint4" else 1)):
        raise ValueError(f"{len(features)} bytes are not {k} features of {space.name}")
    return features


def unpacked_array(array: NDArray[np.uint8]) -> LocalFeatures:
    """Features that `packed_array` was given."""
    return unpacked(array.tobytes())


def unpacked(data: bytes) -> LocalFeatures:
    """Features that `packed` was given, as far as its bytes tell; rows of floats again of unit length."""
    header, start = _header(data)
    k, size = header["k"], (header["size"][0], header["size"][1])
    points = np.frombuffer(data, _POINT, k, start)
    codes = _codes(data[start + points.nbytes :], header["rows"], k * header["columns"])
    keypoints = Keypoints(
        (points["xy"] / _STEPS * (np.array(size) + 2 * _MARGIN) - _MARGIN).astype(np.float32),
        points["score"].astype(np.float32),
        size,
        points["scale"].astype(np.float32) if header["scale"] else None,
        (points["angle"] * (2 * np.pi / 256)).astype(np.float32) if header["angle"] else None,
    )
    return LocalFeatures(keypoints, _decoded(codes.reshape(k, header["columns"]), header["rows"], *header["range"]))


def _header(data: bytes) -> tuple[dict[str, Any], int]:
    """The header, and where the places begin."""
    (length,) = _LENGTH.unpack_from(data)
    start = _LENGTH.size + length
    return json.loads(data[_LENGTH.size : start]), start


def _dtype(kind: str) -> np.dtype[np.generic]:
    return np.dtype("<f4" if kind == "float32" else "<f2" if kind == "float16" else "u1")


def _coded(rows: Vectors, kind: str, low: float, high: float) -> NDArray[np.generic]:
    if kind in _LEVELS:
        rows = np.rint((rows - np.float32(low)) * np.float32(_LEVELS[kind] / max(high - low, 1e-12)))
    codes: NDArray[np.generic] = rows.astype(_dtype(kind))
    return _halved(codes.astype(np.uint8).ravel()) if kind == "uint4" else codes


def _codes(data: bytes, kind: str, count: int) -> NDArray[np.generic]:
    """(count,) as they were coded."""
    if kind != "uint4":
        return np.frombuffer(data, _dtype(kind), count)
    pairs = np.frombuffer(data, np.uint8, -(-count // 2))
    return np.stack([pairs >> 4, pairs & 15], axis=1).ravel()[:count]


def _halved(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Two in a byte."""
    even = np.pad(codes, (0, 1)) if len(codes) % 2 else codes
    return np.asarray(even[::2] << 4 | even[1::2], np.uint8)


def _decoded(codes: NDArray[np.generic], kind: str, low: float, high: float) -> Vectors:
    if kind == "bits":
        return np.array(codes, np.uint8)
    rows = np.asarray(codes, np.float32)
    if kind in _LEVELS:
        rows = rows * np.float32((high - low) / _LEVELS[kind]) + np.float32(low)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), np.float32)
