"""R2D2 [Revaud et al., R2D2: repeatable and reliable detector and descriptor, NeurIPS 2019] as an ONNX graph.

The L2-Net of the paper, whose strides are dilations, so that every px has a row. Names of tensors are those of the
authors' checkpoints, whose state dict is the part `state_dict`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.models.convolution import convolution
from lookalike.models.onnx_writer import Graph
from lookalike.models.tensor_reader import Taking

DIM = 128
PART = "state_dict"

# (number of the layer, out, in, kernel, dilation, has a batch norm, is rectified)
LAYERS = (
    (0, 32, 3, 3, 1, True, True),
    (3, 32, 32, 3, 1, True, True),
    (6, 64, 32, 3, 1, True, True),
    (9, 64, 64, 3, 2, True, True),
    (12, 128, 64, 3, 2, True, True),
    (15, 128, 128, 3, 4, True, True),
    (18, 128, 128, 2, 4, True, False),
    (20, 128, 128, 2, 8, True, False),
    (22, 128, 128, 2, 16, False, False),
)
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Mean and deviation of ImageNet, light of 0 to 1."""


def r2d2(tensors: Mapping[str, NDArray[Any]]) -> bytes:
    """ONNX bytes. In: `pixels` (h, w, 3) uint8 RGB.

    Out: `rows` (128, h, w), not yet of unit length; `reliability` and `repeatability` (h, w) in [0, 1].
    """
    taking, graph = Taking(tensors, "R2D2"), Graph()
    value = _normed(graph)
    for number, out, inward, kernel, dilation, has_norm, is_rectified in LAYERS:
        value = convolution(
            graph,
            taking,
            value,
            f"module.ops.{number}",
            (out, inward, kernel),
            norm=f"module.ops.{number + 1}" if has_norm else None,
            dilation=dilation,
            rectified=is_rectified,
        )
    axis = graph.constant(np.array([0], np.int64))
    graph.node("Squeeze", value, axis, output="rows")
    squared = graph.node("Mul", value, value)
    unreliable_or_not = graph.node("Softmax", convolution(graph, taking, squared, "module.clf", (2, DIM, 1)), axis=1)
    _map(graph, unreliable_or_not, 1, "reliability")
    repeated = graph.node("Softplus", convolution(graph, taking, squared, "module.sal", (1, DIM, 1)))
    one = graph.constant(np.array(1, np.float32))
    _map(graph, graph.node("Div", repeated, graph.node("Add", repeated, one)), 0, "repeatability")
    taking.finish()
    outputs = {
        "rows": ("float32", (DIM, "height", "width")),
        "reliability": ("float32", ("height", "width")),
        "repeatability": ("float32", ("height", "width")),
    }
    return graph.model({"pixels": ("uint8", ("height", "width", 3))}, outputs)


def _normed(graph: Graph) -> str:
    """(1, 3, h, w)"""
    planes = graph.node("Transpose", graph.node("Cast", "pixels", to=1), perm=(2, 0, 1))
    batch = graph.node("Unsqueeze", planes, graph.constant(np.array([0], np.int64)))
    mean, deviation = (255 * np.array(each, np.float32).reshape(1, 3, 1, 1) for each in (MEAN, DEVIATION))
    return graph.node("Div", graph.node("Sub", batch, graph.constant(mean)), graph.constant(deviation))


def _map(graph: Graph, value: str, channel: int, output: str) -> None:
    channels = graph.node("Squeeze", value, graph.constant(np.array([0], np.int64)))
    graph.node("Gather", channels, graph.constant(np.array(channel, np.int64)), output=output, axis=0)
