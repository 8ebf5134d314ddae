"""ALIKED [Zhao et al., ALIKED: a lighter keypoint and descriptor extraction network via deformable transformation, TIM
2023] as an ONNX graph, but for what is only read at keypoints.

Names of tensors are those of the authors' checkpoints.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.models.convolution import convolution, folded
from lookalike.models.light import light_of_rgb
from lookalike.models.onnx_writer import Graph
from lookalike.models.tensor_reader import Taking

STEP: Final = 32
"""px, of which the sides of the picture are multiples."""
CELLS: Final = (1, 2, 8, 32)
"""px of the picture a px of each map."""
PATCH: Final = 3
"""px, each way, from which a keypoint's places are learned."""

_WIDTHS: Final = {"t16": (8, 16, 32, 64)} | dict.fromkeys(("n16", "n16rot", "n32"), (16, 32, 64, 128))
_PLACES: Final = {"t16": 16, "n16": 16, "n16rot": 16, "n32": 32}
_SCORES: Final = ((2, 4, 8), (4, 4, 4), (6, 1, 4))
"""(number of the layer, out, in) of the head of scores, after its first."""


@dataclass(frozen=True, eq=False)
class Head:
    """Layers that make the row of a keypoint: `places` around it, learned from its patch, weighed together."""

    places: int
    first: tuple[NDArray[np.float32], NDArray[np.float32]]
    """(2 places, 9 d), of patches row by row; (2 places,)"""
    second: tuple[NDArray[np.float32], NDArray[np.float32]]
    """(2 places, 2 places), (2 places,)"""
    filters: NDArray[np.float32]
    """(d, d)"""
    sums: NDArray[np.float32]
    """(places, d, d)"""


@dataclass(frozen=True, eq=False)
class Aliked:
    """The network and its head."""

    graph: bytes
    """ONNX. In: `pixels` (h, w, 3) uint8 RGB, sides multiples of 32. Out: `map0` to `map3` (d / 4, h / c, w / c) with c
    of `CELLS`; `score` (h, w) in [0, 1]."""
    head: Head


def dim(variant: str) -> int:
    """Numbers a row."""
    return _WIDTHS[variant][-1]


def aliked(tensors: Mapping[str, NDArray[Any]], variant: str) -> Aliked:
    """Network of the authors' layout; raises `WeightsError` where it is another."""
    taking, graph = Taking(tensors, f"ALIKED-{variant}"), Graph()
    widths = _WIDTHS[variant]
    blocks = [_plain(graph, taking, light_of_rgb(graph), "block1", (widths[0], 3), joined=False)]
    for number, pooled, block in ((2, 2, _plain), (3, 4, _deformed), (4, 4, _deformed)):
        reduced = graph.node("AveragePool", blocks[-1], kernel_shape=(pooled,) * 2, strides=(pooled,) * 2)
        blocks.append(block(graph, taking, reduced, f"block{number}", (widths[number - 1], widths[number - 2])))
    share = widths[-1] // 4
    maps = [
        _selu(graph, convolution(graph, taking, block, f"conv{number}", (share, width, 1), biased=False))
        for number, (block, width) in enumerate(zip(blocks, widths, strict=True), 1)
    ]
    for number, each in enumerate(maps):
        graph.node("Squeeze", each, graph.constant(np.array([0], np.int64)), output=f"map{number}")
    _score(graph, taking, maps, share)
    head = _head(taking, widths[-1], _PLACES[variant])
    taking.finish()
    outputs: dict[str, tuple[str, tuple[int | str, ...]]] = {
        f"map{number}": ("float32", (share, f"rows{number}", f"columns{number}")) for number in range(len(maps))
    }
    outputs["score"] = ("float32", ("height", "width"))
    return Aliked(graph.model({"pixels": ("uint8", ("height", "width", 3))}, outputs), head)


def _selu(graph: Graph, value: str) -> str:
    return graph.node("Selu", value)


def _plain(graph: Graph, taking: Taking, value: str, name: str, shape: tuple[int, int], *, joined: bool = True) -> str:
    out, inward = shape

    def layer(value: str, number: int, inward: int) -> str:
        norm = f"{name}.bn{number}"
        of = (out, inward, 3)
        return convolution(graph, taking, value, f"{name}.conv{number}", of, biased=False, norm=norm, gained=True)

    found = layer(_selu(graph, layer(value, 1, inward)), 2, out)
    return _joined(graph, taking, value, found, name, shape) if joined else _selu(graph, found)


def _deformed(graph: Graph, taking: Taking, value: str, name: str, shape: tuple[int, int]) -> str:
    out, inward = shape
    found = _selu(graph, _deformable(graph, taking, value, f"{name}.conv1", (out, inward), f"{name}.bn1"))
    found = _deformable(graph, taking, found, f"{name}.conv2", (out, out), f"{name}.bn2")
    return _joined(graph, taking, value, found, name, shape)


def _joined(graph: Graph, taking: Taking, value: str, found: str, name: str, shape: tuple[int, int]) -> str:
    """Sum of the features found and of those that they were found in."""
    passed = convolution(graph, taking, value, f"{name}.downsample", (*shape, 1))
    return _selu(graph, graph.node("Add", found, passed))


def _deformable(graph: Graph, taking: Taking, value: str, name: str, shape: tuple[int, int], norm: str) -> str:
    """3 x 3 px that lie where the picture says, a quarter of its longer side away at most [Dai et al., Deformable
    convolutional networks, ICCV 2017]; then the norm."""
    away = convolution(graph, taking, value, f"{name}.offset_conv", (2 * 9, shape[1], 3))
    start, end, four = (graph.constant(np.array([value], np.int64)) for value in (2, 4, 4))
    sides = graph.node("Slice", graph.node("Shape", value), start, end)
    longest = graph.node("Cast", graph.node("ReduceMax", sides, keepdims=1), to=1)
    most = graph.node("Div", longest, graph.node("Cast", four, to=1))
    limited = graph.node("Min", graph.node("Max", away, graph.node("Neg", most)), most)
    weight, bias = folded(taking, f"{name}.regular_conv", (*shape, 3), biased=False, norm=norm, gained=True)
    constants = graph.constant(weight), limited, graph.constant(bias)
    return graph.node("DeformConv", value, *constants, kernel_shape=(3, 3), pads=(1, 1, 1, 1))


def _score(graph: Graph, taking: Taking, maps: list[str], share: int) -> None:
    """The output `score`; its first layer, of single px, goes before the enlarging: there is less to enlarge then."""
    weight = taking.take("score_head.0.weight", 8, len(maps) * share, 1, 1)
    parts = np.split(weight, len(maps), axis=1)
    value = graph.node("Conv", maps[0], graph.constant(parts[0]))
    for part, each, cell in zip(parts[1:], maps[1:], CELLS[1:], strict=True):
        scales = graph.constant(np.array([1, 1, cell, cell], np.float32))
        small = graph.node("Conv", each, graph.constant(part))
        large = graph.node("Resize", small, "", scales, mode="linear", coordinate_transformation_mode="align_corners")
        value = graph.node("Add", value, large)
    for number, out, inward in _SCORES:
        name = f"score_head.{number}"
        value = convolution(graph, taking, _selu(graph, value), name, (out, inward, 3), biased=False)
    axes = graph.constant(np.array([0, 1], np.int64))
    graph.node("Squeeze", graph.node("Sigmoid", value), axes, output="score")


def _head(taking: Taking, d: int, places: int) -> Head:
    name, out = "desc_head.offset_conv", 2 * places
    first = taking.take(f"{name}.0.weight", out, d, PATCH, PATCH).transpose(0, 2, 3, 1).reshape(out, -1)
    return Head(
        places,
        (first, taking.take(f"{name}.0.bias", out)),
        (taking.take(f"{name}.2.weight", out, out, 1, 1)[:, :, 0, 0], taking.take(f"{name}.2.bias", out)),
        taking.take("desc_head.sf_conv.weight", d, d, 1, 1)[:, :, 0, 0],
        taking.take("desc_head.agg_weights", places, d, d),
    )
