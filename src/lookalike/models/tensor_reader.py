"""Tensors of a checkpoint, each taken once: a network that leaves one, or misses one, is another network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import WeightsError


class Taking:
    """Reader of `tensors` that tells what is left; counts of batches, which only training reads, do not count."""

    def __init__(self, tensors: Mapping[str, NDArray[Any]], network: str) -> None:
        self._tensors = tensors
        self._left = {name for name in tensors if not name.endswith("num_batches_tracked")}
        self._network = network

    def take(self, name: str, *shape: int) -> NDArray[np.float32]:
        """The tensor of that name, of that shape where one is given; raises `WeightsError`."""
        if name not in self._left:
            raise WeightsError(f"the checkpoint is not of {self._network}: it has no {name}")
        tensor = np.asarray(self._tensors[name], np.float32)
        if shape and tensor.shape != shape:
            raise WeightsError(f"the checkpoint is not of {self._network}: {name} is {tensor.shape}, wanted is {shape}")
        self._left.remove(name)
        return tensor

    def shape(self, name: str) -> tuple[int, ...]:
        """Shape of the tensor of that name, which stays to be taken; raises `WeightsError` where there is none."""
        if name not in self._left:
            raise WeightsError(f"the checkpoint is not of {self._network}: it has no {name}")
        return tuple(np.shape(self._tensors[name]))

    def finish(self) -> None:
        """Raises `WeightsError` if one is left."""
        if self._left:
            names = ", ".join(sorted(self._left)[:3])
            raise WeightsError(f"the checkpoint is not of {self._network}; left over: {names}")
