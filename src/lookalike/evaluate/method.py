"""What is measured: one describer, or several with their weights, as the engine mixes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.index.similarity import similarity
from lookalike.search.channels import Channel
from lookalike.search.engine import mean_alike
from lookalike.types import Vectors


@dataclass(frozen=True)
class Method:
    """A way to score pictures against each other, under the name that a table gives it."""

    name: str
    channels: tuple[Channel, ...]

    def scores(self, rows: Mapping[str, Vectors], queries: NDArray[np.int64]) -> NDArray[np.float32]:
        """(q, n) of `queries`, places in (n, d) `rows` of each channel, to all; larger = more similar."""
        own = {
            channel: similarity(channel.describer.space, rows[channel.name][queries], rows[channel.name])
            for channel in self.channels
        }
        if len(own) == 1:
            return next(iter(own.values()))
        return mean_alike(own)

    @property
    def bytes_per_image(self) -> int:
        """That an index without compression holds."""
        spaces = [channel.describer.space for channel in self.channels]
        return sum(space.columns * space.dtype.itemsize for space in spaces)
