"""Convolutions of a checkpoint as nodes of a graph, batch norms folded in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lookalike.models.norm import normed
from lookalike.models.onnx_writer import Graph
from lookalike.models.tensor_reader import Taking


def convolution(
    graph: Graph,
    taking: Taking,
    value: str,
    name: str,
    shape: tuple[int, int, int],
    *,
    biased: bool = True,
    norm: str | None = None,
    gained: bool = False,
    stride: int = 1,
    dilation: int = 1,
    pads: tuple[int, int, int, int] | None = None,
    rectified: bool = False,
    output: str | None = None,
) -> str:
    """Convolution of (out, in, kernel), then its batch norm, where `norm` names one, and ReLU, where it is rectified.

    A norm that is `gained` has a gain and a shift of its own. `pads` are px above, left, below, right; by default so
    many that the size stays.
    """
    weight, bias = folded(taking, name, shape, biased=biased, norm=norm, gained=gained)
    around = dilation * (shape[2] - 1) // 2
    convolved = graph.node(
        "Conv",
        value,
        graph.constant(weight),
        graph.constant(bias),
        output=None if rectified else output,
        kernel_shape=(shape[2],) * 2,
        strides=(stride, stride),
        dilations=(dilation, dilation),
        pads=pads or (around,) * 4,
    )
    return graph.node("Relu", convolved, output=output) if rectified else convolved


def folded(
    taking: Taking, name: str, shape: tuple[int, int, int], *, biased: bool, norm: str | None, gained: bool
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weights and biases of the convolution and the norm after it in one."""
    out, inward, kernel = shape
    weight = taking.take(f"{name}.weight", out, inward, kernel, kernel)
    bias = taking.take(f"{name}.bias", out) if biased else np.zeros(out, np.float32)
    if norm is None:
        return weight, bias
    return normed(taking, norm, weight, bias, gained=gained)
