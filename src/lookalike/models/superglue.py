"""SuperGlue [Sarlin et al., SuperGlue: learning feature matching with graph neural networks, CVPR 2020] in numpy.

Names of tensors are those of the authors' checkpoints, which may be used for research only and are never passed on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.models.attention import Linear, Rows, attended, in_turn
from lookalike.models.tensor_reader import Taking

DIM: Final = 256
HEADS: Final = 4
LAYERS: Final = 18
"""Layers of the graph: within each picture, then between both, by turns."""
ENCODER: Final = (3, 32, 64, 128, 256, DIM)
"""Widths from x, y and score to what is added to a row."""
REACH: Final = 0.7
"""Share of the longer side that counts as 1 from the middle of a picture."""

BY_HEAD: Final = np.arange(DIM).reshape(DIM // HEADS, HEADS).T.ravel()
"""The checkpoint has the heads of a number side by side; here the numbers of a head are."""


@dataclass(frozen=True, eq=False)
class Layer:
    """Rows with what they learn from others."""

    query: Linear
    key: Linear
    value: Linear
    merge: Linear
    mlp: tuple[Linear, Linear]

    @classmethod
    def taken(cls, taking: Taking, name: str) -> Layer:
        merge = Linear.taken_as_convolution(taking, f"{name}.attn.merge", DIM, DIM)
        query, key, value = (
            Linear.taken_as_convolution(taking, f"{name}.attn.proj.{each}", DIM, DIM)[BY_HEAD] for each in range(3)
        )
        hidden = Linear.taken_as_convolution(taking, f"{name}.mlp.0", 2 * DIM, 2 * DIM).normed(taking, f"{name}.mlp.1")
        out = Linear.taken_as_convolution(taking, f"{name}.mlp.3", DIM, 2 * DIM)
        return cls(query, key, value, Linear(merge.weight[:, BY_HEAD], merge.bias), (hidden, out))

    def __call__(self, rows: Rows, others: Rows) -> Rows:
        message = self.merge(attended(self.query(rows), self.key(others), self.value(others), HEADS))
        return rows + in_turn(self.mlp, np.concatenate([rows, message], axis=1))


@dataclass(frozen=True, eq=False)
class SuperGlue:
    """The network; optimal transport turns what it says into an assignment."""

    encoder: tuple[Linear, ...]
    layers: tuple[Layer, ...]
    projection: Linear
    bin_score: float
    """Similarity to nothing at all."""

    @classmethod
    def of(cls, tensors: Mapping[str, NDArray[Any]]) -> SuperGlue:
        """Raises `WeightsError` where they are not, one and all, those of SuperGlue."""
        taking = Taking(tensors, "SuperGlue")
        network = cls(
            _encoder(taking),
            tuple(Layer.taken(taking, f"gnn.layers.{number}") for number in range(LAYERS)),
            Linear.taken_as_convolution(taking, "final_proj", DIM, DIM),
            float(taking.take("bin_score")),
        )
        taking.finish()
        return network

    def similarities(self, a: tuple[Rows, Rows], b: tuple[Rows, Rows]) -> NDArray[np.float32]:
        """(ka, kb); of each picture (k, 3) `placed` keypoints and their rows (k, 256) of unit length."""
        ours, theirs = (rows + in_turn(self.encoder, places) for places, rows in (a, b))
        for number, layer in enumerate(self.layers):
            sources = (ours, theirs) if number % 2 == 0 else (theirs, ours)
            ours, theirs = layer(ours, sources[0]), layer(theirs, sources[1])
        return np.asarray(self.projection(ours) @ self.projection(theirs).T * np.float32(DIM**-0.5))


def placed(xy: NDArray[np.float32], scores: NDArray[np.float32], size: tuple[int, int]) -> Rows:
    """(k, 3) x, y and score as the network sees them."""
    middle = np.array(size, np.float32) / 2
    return np.column_stack([(xy - middle) / np.float32(REACH * max(size)), scores]).astype(np.float32)


def _encoder(taking: Taking) -> tuple[Linear, ...]:
    layers = []
    for at, (inward, out) in enumerate(pairwise(ENCODER)):
        name = f"kenc.encoder.{3 * at}"
        layer = Linear.taken_as_convolution(taking, name, out, inward)
        layers.append(layer if at == len(ENCODER) - 2 else layer.normed(taking, f"kenc.encoder.{3 * at + 1}"))
    return tuple(layers)
