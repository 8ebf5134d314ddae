"""Convolutions of a checkpoint as nodes of a graph, batch norms folded in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lookalike.models.onnx_writer import Graph
from lookalike.models.taking import Taking

EPSILON = 1e-5
"""Of PyTorch's batch norm."""


def convolution(
    graph: Graph,
    taking: Taking,
    value: str,
    name: str,
    shape: tuple[int, int, int],
    *,
    biased: bool = True,
    norm: str | None = None,
    stride: int = 1,
    dilation: int = 1,
    pads: tuple[int, int, int, int] | None = None,
    rectified: bool = False,
    output: str | None = None,
) -> str:
    """Convolution of (out, in, kernel), then its batch norm, where `norm` names one, and ReLU, where it is rectified.

    `pads` are px above, left, below, right; by default so many that the size stays.
    """
    out, inward, kernel = shape
    weight = taking.take(f"{name}.weight", out, inward, kernel, kernel)
    bias = taking.take(f"{name}.bias", out) if biased else np.zeros(out, np.float32)
    if norm is not None:
        weight, bias = _normed(taking, norm, weight, bias)
    around = dilation * (kernel - 1) // 2
    convolved = graph.node(
        "Conv",
        value,
        graph.constant(weight),
        graph.constant(bias),
        output=None if rectified else output,
        kernel_shape=(kernel, kernel),
        strides=(stride, stride),
        dilations=(dilation, dilation),
        pads=pads or (around,) * 4,
    )
    return graph.node("Relu", convolved, output=output) if rectified else convolved


def _normed(
    taking: Taking, norm: str, weight: NDArray[np.float32], bias: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The norms of these networks have no gain and no shift of their own."""
    mean, variance = taking.take(f"{norm}.running_mean", len(bias)), taking.take(f"{norm}.running_var", len(bias))
    gain = 1 / np.sqrt(variance + np.float32(EPSILON))
    return weight * gain[:, None, None, None], (bias - mean) * gain
