"""Attention between sets of rows, and the layers about it, in numpy
[Vaswani et al., Attention is all you need, NeurIPS 2017]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.models.norm import EPSILON, normed
from lookalike.models.tensor_reader import Taking

Rows = NDArray[np.float32]
"""(n, d)"""


@dataclass(frozen=True, eq=False)
class Linear:
    """(n, in) to (n, out)."""

    weight: NDArray[np.float32]
    """(out, in)"""
    bias: NDArray[np.float32]
    """(out,)"""

    @classmethod
    def taken(cls, taking: Taking, name: str, out: int, inward: int) -> Linear:
        """`name.weight` and `name.bias`."""
        return cls(taking.take(f"{name}.weight", out, inward), taking.take(f"{name}.bias", out))

    @classmethod
    def taken_as_convolution(cls, taking: Taking, name: str, out: int, inward: int) -> Linear:
        """Layer of a convolution of one px."""
        return cls(taking.take(f"{name}.weight", out, inward, 1)[:, :, 0], taking.take(f"{name}.bias", out))

    def __call__(self, rows: Rows) -> Rows:
        return np.asarray(rows @ self.weight.T + self.bias)

    def __getitem__(self, outputs: NDArray[np.int64]) -> Linear:
        """Layer that gives those of its outputs alone."""
        return Linear(self.weight[outputs], self.bias[outputs])

    def normed(self, taking: Taking, name: str) -> Linear:
        """With the batch norm `name` after it."""
        return Linear(*normed(taking, name, self.weight, self.bias, gained=True))


@dataclass(frozen=True, eq=False)
class LayerNorm:
    """Each row of mean 0 and variance 1, then scaled and shifted [Ba, Kiros & Hinton, Layer normalization, 2016]."""

    gain: NDArray[np.float32]
    shift: NDArray[np.float32]

    @classmethod
    def taken(cls, taking: Taking, name: str, width: int) -> LayerNorm:
        return cls(taking.take(f"{name}.weight", width), taking.take(f"{name}.bias", width))

    def __call__(self, rows: Rows) -> Rows:
        centred = rows - rows.mean(axis=1, keepdims=True)
        variance = np.einsum("nd,nd->n", centred, centred)[:, None] / np.float32(rows.shape[1])
        return np.asarray(centred / np.sqrt(variance + np.float32(EPSILON)) * self.gain + self.shift)


def attended(queries: Rows, keys: Rows, values: Rows, heads: int) -> Rows:
    """(n, d): for each of (n, d) queries the mean of (k, d) values, weighted by how well their keys answer it.

    The numbers of a head lie side by side.
    """
    width = queries.shape[1] // heads
    queries = queries * np.float32(width**-0.5)
    found = np.empty_like(queries)
    weights = np.empty((len(queries), len(keys)), np.float32)  # one for all heads: fresh memory costs more than sums
    for start in range(0, queries.shape[1], width):
        part = slice(start, start + width)
        np.matmul(queries[:, part], keys[:, part].T, out=weights)
        np.subtract(weights, weights.max(axis=1, keepdims=True), out=weights)
        np.exp(weights, out=weights)
        found[:, part] = weights @ values[:, part] / weights.sum(axis=1, keepdims=True)
    return found


def in_turn(layers: Sequence[Linear], rows: Rows) -> Rows:
    """The rows through all layers, rectified between them."""
    for layer in layers[:-1]:
        rows = np.maximum(layer(rows), 0)
    return layers[-1](rows)


def gelu(rows: Rows) -> Rows:
    """Each number times the share of a normal distribution below it [Hendrycks & Gimpel, 2016]."""
    from scipy.special import erf

    return np.asarray(rows * (0.5 * (1 + erf(rows * np.float32(0.5**0.5)))), np.float32)


def sigmoid(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """1 / (1 + exp(-values)), without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * values)), np.float32)
