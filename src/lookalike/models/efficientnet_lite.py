"""EfficientNet-Lite [Tan & Le, EfficientNet, ICML 2019; the Lite variants by Liu, 2020] as an ONNX graph.

The Lite family drops squeeze-and-excitation and uses ReLU6. Names of tensors are those of the PyTorch package that
carries the weights.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lookalike.models.onnx_writer import Graph
from lookalike.models.tensor_reader import Taking

FEATURES = 1280
CLASSES = 1000

Variant = Literal["lite0", "lite1", "lite2"]
"""Depth and width grow with the number; widths are those of the tensors."""
_DEPTH: Mapping[Variant, float] = {"lite0": 1.0, "lite1": 1.1, "lite2": 1.2}
# kernel, stride of the first block, expansion, number of blocks
_STAGES = ((3, 1, 1, 1), (3, 2, 6, 2), (5, 2, 6, 2), (3, 2, 6, 3), (5, 1, 6, 3), (5, 2, 6, 4), (3, 1, 6, 1))
_Stage = tuple[int, int, int, int]
_EPSILON = 1e-3
_MEAN, _SCALE = 127.0, 128.0

Tensors = Mapping[str, NDArray[Any]]


def efficientnet_lite(tensors: Tensors, variant: Variant = "lite0") -> bytes:
    """ONNX bytes. In: `pixels` (n, h, w, 3) uint8 RGB of any size.

    Out: `pooled` (n, 1280), mean of the map; `logits` (n, 1000) of ImageNet-1k; `map` (n, 1280, h/32, w/32).
    """
    taking = Taking(tensors, f"EfficientNet-{variant.capitalize()}")
    network = _Network(taking)
    graph = network.graph
    planes = graph.node("Transpose", graph.node("Cast", "pixels", to=1), perm=(0, 3, 1, 2))
    # Centred before the padding of the first layer, which must be zero there; the scale goes into its weights.
    value = graph.node("Sub", planes, graph.constant(np.float32(_MEAN).reshape(1)))
    value = network.convolution(value, "_conv_stem", "_bn0", kernel=3, stride=2, scale=1 / _SCALE)
    number = 0
    for kernel, first_stride, expansion, repeats in _deepened(_STAGES, _DEPTH[variant]):
        for repeat in range(repeats):
            stride = first_stride if repeat == 0 else 1
            value = network.block(value, f"_blocks.{number}", kernel, stride, expansion, residual=repeat > 0)
            number += 1
    value = network.convolution(value, "_conv_head", "_bn1", output="map")
    pooled = graph.node("Flatten", graph.node("GlobalAveragePool", value), output="pooled", axis=1)
    weight, bias = (graph.constant(taking.take(f"_fc.{name}")) for name in ("weight", "bias"))
    graph.node("Gemm", pooled, weight, bias, output="logits", transB=1)
    taking.finish()
    outputs = {
        "pooled": ("float32", ("n", FEATURES)),
        "logits": ("float32", ("n", CLASSES)),
        "map": ("float32", ("n", FEATURES, "rows", "columns")),
    }
    return graph.model({"pixels": ("uint8", ("n", "height", "width", 3))}, outputs)


def _deepened(stages: Sequence[_Stage], depth: float) -> list[_Stage]:
    """Stages with more blocks, but for the first and the last one."""
    inner = [(*stage[:3], math.ceil(depth * stage[3])) for stage in stages[1:-1]]
    return [stages[0], *inner, stages[-1]]


class _Network:
    """Layers into a graph."""

    def __init__(self, taking: Taking) -> None:
        self.graph = Graph()
        self._take = taking.take

    def block(self, value: str, name: str, kernel: int, stride: int, expansion: int, *, residual: bool) -> str:
        """Inverted residual: expand, filter each channel, project [Sandler et al., MobileNetV2, CVPR 2018]."""
        inner = value if expansion == 1 else self.convolution(value, f"{name}._expand_conv", f"{name}._bn0")
        inner = self.convolution(
            inner, f"{name}._depthwise_conv", f"{name}._bn1", kernel=kernel, stride=stride, depthwise=True
        )
        inner = self.convolution(inner, f"{name}._project_conv", f"{name}._bn2", activated=False)
        return self.graph.node("Add", inner, value) if residual else inner

    def convolution(
        self,
        value: str,
        name: str,
        norm: str,
        *,
        kernel: int = 1,
        stride: int = 1,
        depthwise: bool = False,
        activated: bool = True,
        scale: float = 1.0,
        output: str | None = None,
    ) -> str:
        """Convolution with its batch norm folded in, and ReLU6."""
        weight = self._take(f"{name}.weight")  # (out, in, kernel, kernel)
        mean, variance = self._take(f"{norm}.running_mean"), self._take(f"{norm}.running_var")
        gain = self._take(f"{norm}.weight") / np.sqrt(variance + np.float32(_EPSILON))
        bias = self._take(f"{norm}.bias") - mean * gain
        folded = weight * gain[:, None, None, None] * np.float32(scale)
        convolved = self.graph.node(
            "Conv",
            value,
            self.graph.constant(folded),
            self.graph.constant(bias),
            output=None if activated else output,
            kernel_shape=(kernel, kernel),
            strides=(stride, stride),
            group=len(weight) if depthwise else 1,
            auto_pad="SAME_UPPER",
        )
        if not activated:
            return convolved
        low, high = (self.graph.constant(np.array(bound, np.float32)) for bound in (0, 6))
        return self.graph.node("Clip", convolved, low, high, output=output)
