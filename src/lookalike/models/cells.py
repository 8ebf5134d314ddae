"""Keypoints by cells: each cell of 8 x 8 px has one at most [DeTone et al., SuperPoint, CVPRW 2018]."""

from __future__ import annotations

import numpy as np

from lookalike.models.onnx_writer import Graph

CELL = 8
"""px of the picture a px of the maps, each way."""


def heat_of_cells(graph: Graph, logits: str) -> None:
    """The output `heat`, of (1, 65, h, w) `logits`: of the 64 px of a cell and of 'none of them', which is dropped."""
    first = graph.constant(np.array([0], np.int64))
    last = graph.node("Transpose", graph.node("Squeeze", logits, first), perm=(1, 2, 0))
    start, end, axis = (graph.constant(np.array([value], np.int64)) for value in (0, CELL * CELL, 2))
    graph.node("Slice", graph.node("Softmax", last, axis=2), start, end, axis, output="heat")
