"""XFeat [Potje et al., XFeat: accelerated features for lightweight image matching, CVPR 2024] as an ONNX graph.

Names of tensors are those of the authors' checkpoint.
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

DIM = 64
STEP = 32
"""px, of which the sides of the picture are multiples."""

# (out, in, kernel, stride) of each layer
_BLOCKS: Mapping[str, tuple[tuple[int, int, int, int], ...]] = {
    "block1": ((4, 1, 3, 1), (8, 4, 3, 2), (8, 8, 3, 1), (24, 8, 3, 2)),
    "block2": ((24, 24, 3, 1), (24, 24, 3, 1)),
    "block3": ((64, 24, 3, 2), (64, 64, 3, 1), (64, 64, 1, 1)),
    "block4": ((64, 64, 3, 2), (64, 64, 3, 1), (64, 64, 3, 1)),
    "block5": ((128, 64, 3, 2), (128, 128, 3, 1), (128, 128, 3, 1), (64, 128, 1, 1)),
    "block_fusion": ((64, 64, 3, 1), (64, 64, 3, 1)),
    "heatmap_head": ((64, 64, 1, 1), (64, 64, 1, 1)),
    "keypoint_head": ((64, 64, 1, 1), (64, 64, 1, 1), (64, 64, 1, 1)),
}
_REFINES = ((512, 128), (512, 512), (512, 512), (512, 512), (64, 512))
"""(out, in) of the layers that refine semi-dense matches, which sparse ones do without."""


def xfeat(tensors: Mapping[str, NDArray[Any]]) -> bytes:
    """ONNX bytes. In: `grey` (h, w) uint8, sides multiples of 32.

    Out: `rows` (64, h/8, w/8), not yet of unit length; `reliability` (h/8, w/8) in [0, 1]; `heat` (h/8, w/8, 64), the
    probability of each px of a cell, row by row, to be its keypoint.
    """
    taking, graph = Taking(tensors, "XFeat"), Graph()
    grey = _normed(graph)
    reduced = graph.node("AveragePool", grey, kernel_shape=(4, 4), strides=(4, 4))
    skipped = convolution(graph, taking, reduced, "skip1.1", (24, 1, 1))
    fine = graph.node("Add", _block(graph, taking, grey, "block1"), skipped)
    eighth = _block(graph, taking, _block(graph, taking, fine, "block2"), "block3")
    sixteenth = _block(graph, taking, eighth, "block4")
    coarse = _block(graph, taking, sixteenth, "block5")
    summed = graph.node("Add", graph.node("Add", eighth, _enlarged(graph, sixteenth, 2)), _enlarged(graph, coarse, 4))
    fused = _block(graph, taking, summed, "block_fusion")
    rows = convolution(graph, taking, fused, "block_fusion.2", (64, 64, 1))
    _squeezed(graph, rows, "rows", 0)
    hidden = _block(graph, taking, rows, "heatmap_head")
    reliability = graph.node("Sigmoid", convolution(graph, taking, hidden, "heatmap_head.2", (1, 64, 1)))
    _squeezed(graph, reliability, "reliability", 0, 1)
    cells = graph.node("SpaceToDepth", grey, blocksize=CELL)
    logits = convolution(graph, taking, _block(graph, taking, cells, "keypoint_head"), "keypoint_head.3", (65, 64, 1))
    heat_of_cells(graph, logits)
    _drop_refinement(taking)
    taking.finish()
    outputs = {
        "rows": ("float32", (DIM, "rows", "columns")),
        "reliability": ("float32", ("rows", "columns")),
        "heat": ("float32", ("rows", "columns", CELL * CELL)),
    }
    return graph.model({"grey": ("uint8", ("height", "width"))}, outputs)


def _normed(graph: Graph) -> str:
    """(1, 1, h, w) of mean 0 and variance 1 [instance norm]."""
    gain, shift = (graph.constant(np.array([value], np.float32)) for value in (1, 0))
    return graph.node("InstanceNormalization", light_of_grey(graph), gain, shift, epsilon=1e-5)


def _block(graph: Graph, taking: Taking, value: str, block: str) -> str:
    for number, (out, inward, kernel, stride) in enumerate(_BLOCKS[block]):
        layer = f"{block}.{number}.layer"
        value = convolution(
            graph,
            taking,
            value,
            f"{layer}.0",
            (out, inward, kernel),
            biased=False,
            norm=f"{layer}.1",
            stride=stride,
            rectified=True,
        )
    return value


def _enlarged(graph: Graph, value: str, times: float) -> str:
    scales = graph.constant(np.array([1, 1, times, times], np.float32))
    return graph.node("Resize", value, "", scales, mode="linear", coordinate_transformation_mode="half_pixel")


def _squeezed(graph: Graph, value: str, output: str | None, *axes: int) -> str:
    return graph.node("Squeeze", value, graph.constant(np.array(axes, np.int64)), output=output)


def _drop_refinement(taking: Taking) -> None:
    for at, (out, inward) in enumerate(_REFINES):
        taking.take(f"fine_matcher.{3 * at}.weight", out, inward)
        taking.take(f"fine_matcher.{3 * at}.bias", out)
        if at < len(_REFINES) - 1:
            for fact in ("running_mean", "running_var"):
                taking.take(f"fine_matcher.{3 * at + 1}.{fact}", out)
