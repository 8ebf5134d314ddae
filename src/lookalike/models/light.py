"""Pixels as most networks take them in: planes of light of 0 to 1."""

from __future__ import annotations

import numpy as np

from lookalike.models.onnx_writer import Graph


def light_of_rgb(graph: Graph) -> str:
    """(1, 3, h, w), of the input `pixels` (h, w, 3)."""
    planes = graph.node("Transpose", graph.node("Cast", "pixels", to=1), perm=(2, 0, 1))
    return _light(graph, graph.node("Unsqueeze", planes, graph.constant(np.array([0], np.int64))))


def light_of_grey(graph: Graph) -> str:
    """(1, 1, h, w), of the input `grey` (h, w)."""
    axes = graph.constant(np.array([0, 1], np.int64))
    return _light(graph, graph.node("Unsqueeze", graph.node("Cast", "grey", to=1), axes))


def _light(graph: Graph, levels: str) -> str:
    return graph.node("Div", levels, graph.constant(np.array(255, np.float32)))
