"""Networks that `lookalike train` learns, as ONNX graphs: heads on rows of the default network, and one on pixels."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from lookalike.models.convolution import convolution
from lookalike.models.efficientnet_lite import FEATURES
from lookalike.models.onnx_writer import Graph
from lookalike.models.tensor_reader import Taking

Kind = Literal["linear", "hidden", "small_convnet"]
"""One map, two with what is negative cut off between them, or four convolutions."""
KINDS: tuple[Kind, ...] = get_args(Kind)
FACTS: Final = "lookalike.train"
"""Name of the metadata."""
BLOCKS: Final = 4
MIDDLE: Final = 127.5
"""Pixels are less this, and divided by it."""


@dataclass(frozen=True)
class Facts:
    """Metadata of a network; `side` px of its square, 0 where it sees rows; `unrelated` as of a describer."""

    kind: Kind
    dim: int
    side: int
    unrelated: float
    about: str

    def to_text(self) -> str:
        """JSON."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> Facts:
        """Raises ValueError, KeyError or TypeError where it is none."""
        given = json.loads(text)
        facts = cls(
            given["kind"], int(given["dim"]), int(given["side"]), float(given["unrelated"]), str(given["about"])
        )
        if facts.kind not in KINDS or facts.dim < 1 or not 0 <= facts.unrelated < 1:
            raise ValueError(f"these are no facts of a network: {text}")
        return facts


def own_network(tensors: Mapping[str, NDArray[Any]], facts: Facts) -> bytes:
    """ONNX bytes of the tensors of a module of `learn.networks`, with the facts. Out: `embedding` (n, dim).

    In: `rows` (n, 1280), or `pixels` (n, side, side, 3) uint8 RGB; then `cells` (n, dim, r, c) come out as well, whose
    mean over the cells is the embedding.
    """
    graph, taking = Graph(), Taking(tensors, facts.kind)
    inputs: dict[str, tuple[str, Sequence[int | str]]]
    outputs: dict[str, tuple[str, Sequence[int | str]]]
    if facts.kind == "small_convnet":
        _convolved(graph, taking)
        inputs = {"pixels": ("uint8", ("n", facts.side, facts.side, 3))}
        outputs = {"embedding": ("float32", ("n", facts.dim)), "cells": ("float32", ("n", facts.dim, "r", "c"))}
    else:
        _mapped(graph, taking, hidden=facts.kind == "hidden")
        inputs = {"rows": ("float32", ("n", FEATURES))}
        outputs = {"embedding": ("float32", ("n", facts.dim))}
    taking.finish()
    return graph.model(inputs, outputs, {FACTS: facts.to_text()})


def _mapped(graph: Graph, taking: Taking, *, hidden: bool) -> None:
    def gemm(value: str, name: str, output: str | None = None) -> str:
        weight, bias = (graph.constant(taking.take(f"{name}.{part}")) for part in ("weight", "bias"))
        return graph.node("Gemm", value, weight, bias, output=output, transB=1)

    value = graph.node("Relu", gemm("rows", "0")) if hidden else "rows"
    gemm(value, "2" if hidden else "0", "embedding")


def _convolved(graph: Graph, taking: Taking) -> None:
    planes = graph.node("Transpose", graph.node("Cast", "pixels", to=1), perm=(0, 3, 1, 2))
    middle = graph.constant(np.array([MIDDLE], np.float32))
    value = graph.node("Div", graph.node("Sub", planes, middle), middle)
    inward = 3
    for number in range(1, BLOCKS + 1):
        weight = taking.shape(f"{number}.0.weight")
        shape = (weight[0], inward, weight[2])
        value = convolution(graph, taking, value, f"{number}.0", shape, norm=f"{number}.1", gained=True, rectified=True)
        value = graph.node("MaxPool", value, kernel_shape=(2, 2), strides=(2, 2))
        inward = weight[0]
    last = f"{BLOCKS + 3}"  # after the mean, which is flattened
    weights, bias = taking.take(f"{last}.weight"), taking.take(f"{last}.bias")
    # The map of the mean is the mean of the mapped cells.
    cells = graph.node(
        "Conv",
        value,
        graph.constant(weights[:, :, None, None]),
        graph.constant(bias),
        output="cells",
        kernel_shape=(1, 1),
    )
    graph.node("Flatten", graph.node("GlobalAveragePool", cells), output="embedding", axis=1)
