"""Batch norms of a checkpoint, folded into the layers before them
[Ioffe & Szegedy, Batch normalization, ICML 2015]."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lookalike.models.tensor_reader import Taking

EPSILON: Final = 1e-5
"""Epsilon of PyTorch's norms."""

Layer = tuple[NDArray[np.float32], NDArray[np.float32]]
"""(out, ...) weights and (out,) biases."""


def normed(taking: Taking, norm: str, weight: NDArray[np.float32], bias: NDArray[np.float32], *, gained: bool) -> Layer:
    """The layer and its norm in one; a norm that is `gained` has a gain and a shift of its own."""
    out = len(bias)
    mean, variance = taking.take(f"{norm}.running_mean", out), taking.take(f"{norm}.running_var", out)
    times = 1 / np.sqrt(variance + np.float32(EPSILON))
    shift = np.zeros(out, np.float32)
    if gained:
        times, shift = times * taking.take(f"{norm}.weight", out), taking.take(f"{norm}.bias", out)
    return weight * times.reshape(-1, *(1,) * (weight.ndim - 1)), (bias - mean) * times + shift
