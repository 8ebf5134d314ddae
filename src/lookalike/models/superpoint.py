"""SuperPoint [DeTone et al., SuperPoint: self-supervised interest point detection and description, CVPRW 2018] as an
ONNX graph.

Names of tensors are those of the authors' checkpoint, superpoint_v1.pth.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.models.cells import CELL, heat_of_cells
from lookalike.models.convolution import convolution
from lookalike.models.light import light_of_grey
from lookalike.models.onnx_writer import Graph
from lookalike.models.tensor_reader import Taking

DIM = 256

_STAGES = (
    (("conv1a", 64, 1), ("conv1b", 64, 64)),
    (("conv2a", 64, 64), ("conv2b", 64, 64)),
    (("conv3a", 128, 64), ("conv3b", 128, 128)),
    (("conv4a", 128, 128), ("conv4b", 128, 128)),
)
"""(name, out, in) of the layers of the encoder; each stage sees half as many px each way as the one before."""


def superpoint(tensors: Mapping[str, NDArray[Any]]) -> bytes:
    """ONNX bytes. In: `grey` (h, w) uint8, sides multiples of 8.

    Out: `rows` (256, h/8, w/8) of unit length; `heat` (h/8, w/8, 64), the probability of each px of a cell, row by
    row, to be its keypoint.
    """
    taking, graph = Taking(tensors, "SuperPoint"), Graph()
    value = light_of_grey(graph)
    for number, stage in enumerate(_STAGES):
        if number:
            value = graph.node("MaxPool", value, kernel_shape=(2, 2), strides=(2, 2))
        for name, out, inward in stage:
            value = convolution(graph, taking, value, name, (out, inward, 3), rectified=True)
    hidden = convolution(graph, taking, value, "convPa", (256, 128, 3), rectified=True)
    heat_of_cells(graph, convolution(graph, taking, hidden, "convPb", (CELL * CELL + 1, 256, 1)))
    hidden = convolution(graph, taking, value, "convDa", (256, 128, 3), rectified=True)
    rows = graph.node("LpNormalization", convolution(graph, taking, hidden, "convDb", (DIM, 256, 1)), axis=1, p=2)
    graph.node("Squeeze", rows, graph.constant(np.array([0], np.int64)), output="rows")
    taking.finish()
    outputs: dict[str, tuple[str, tuple[int | str, ...]]] = {
        "rows": ("float32", (DIM, "rows", "columns")),
        "heat": ("float32", ("rows", "columns", CELL * CELL)),
    }
    return graph.model({"grey": ("uint8", ("height", "width"))}, outputs)
