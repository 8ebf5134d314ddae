"""DISK [Tyszkiewicz et al., DISK: learning local features with policy gradient, NeurIPS 2020] as an ONNX graph.

Names of tensors are those of the authors' checkpoints, whose state dict is the part `extractor`. The last layer of the
U-Net makes the row of every px, of which few are wanted: it is four fifths of the work, so that it is left out of the
graph but for the channel that says where keypoints are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.models.convolution import convolution
from lookalike.models.light import light_of_rgb
from lookalike.models.norm import EPSILON
from lookalike.models.onnx_writer import Graph
from lookalike.models.tensor_reader import Taking

DIM = 128
PART = "extractor"
STEP = 16
"""px, of which the sides of the picture are multiples."""
KERNEL = 5
"""px of every convolution."""

_DOWN = ((16, 3), (32, 16), (64, 32), (64, 64), (64, 64))
_UP = ((64, 128), (64, 128), (64, 96))
"""(out, in) of the layers, but for the last."""
_HIDDEN = 80


@dataclass(frozen=True, eq=False)
class Disk:
    """The network, and the layer that makes rows of what it found."""

    graph: bytes
    """ONNX. In: `pixels` (h, w, 3) uint8 RGB, sides multiples of 16. Out: `hidden` (80, h, w), `heat` (h, w) logits."""
    weight: NDArray[np.float32]
    """(128, 80, 5, 5)"""
    bias: NDArray[np.float32]
    """(128,)"""


def disk(tensors: Mapping[str, NDArray[Any]]) -> Disk:
    """Network of the authors' layout; raises `WeightsError` where it is another."""
    taking, graph = Taking(tensors, "DISK"), Graph()
    value = convolution(graph, taking, light_of_rgb(graph), "unet.path_down.0.1.3", (*_DOWN[0], KERNEL))
    passed = [value]
    for number, shape in enumerate(_DOWN[1:], 1):
        pooled = graph.node("AveragePool", value, kernel_shape=(2, 2), strides=(2, 2))
        name = f"unet.path_down.{number}.1"
        value = convolution(graph, taking, _gated(graph, taking, pooled, name, shape[1]), f"{name}.3", (*shape, KERNEL))
        passed.append(value)
    for number, shape in enumerate(_UP):
        name, joined = f"unet.path_up.{number}.conv", _joined(graph, value, passed[-2 - number])
        value = convolution(graph, taking, _gated(graph, taking, joined, name, shape[1]), f"{name}.3", (*shape, KERNEL))
    name = "unet.path_up.3.conv"
    hidden = _gated(graph, taking, _joined(graph, value, passed[0]), name, _HIDDEN)
    weight = taking.take(f"{name}.3.weight", DIM + 1, _HIDDEN, KERNEL, KERNEL)
    bias = taking.take(f"{name}.3.bias", DIM + 1)
    taking.finish()
    graph.node("Squeeze", hidden, graph.constant(np.array([0], np.int64)), output="hidden")
    around = (KERNEL // 2,) * 4
    heat = graph.node("Conv", hidden, graph.constant(weight[DIM:]), graph.constant(bias[DIM:]), pads=around)
    graph.node("Squeeze", heat, graph.constant(np.array([0, 1], np.int64)), output="heat")
    outputs: dict[str, tuple[str, tuple[int | str, ...]]] = {
        "hidden": ("float32", (_HIDDEN, "height", "width")),
        "heat": ("float32", ("height", "width")),
    }
    return Disk(graph.model({"pixels": ("uint8", ("height", "width", 3))}, outputs), weight[:DIM], bias[:DIM])


def _joined(graph: Graph, value: str, finer: str) -> str:
    """`value` at twice its size, and what was passed by at that size."""
    scales = graph.constant(np.array([1, 1, 2, 2], np.float32))
    large = graph.node("Resize", value, "", scales, mode="linear", coordinate_transformation_mode="half_pixel")
    return graph.node("Concat", large, finer, axis=1)


def _gated(graph: Graph, taking: Taking, value: str, name: str, width: int) -> str:
    """Values of mean 0 and variance 1 over the picture, then rectified with a learned slope for those below 0."""
    gain, shift = graph.constant(np.ones(width, np.float32)), graph.constant(np.zeros(width, np.float32))
    normed = graph.node("InstanceNormalization", value, gain, shift, epsilon=EPSILON)
    slope = taking.take(f"{name}.1.weight", width)
    return graph.node("PRelu", normed, graph.constant(slope[:, None, None]))
