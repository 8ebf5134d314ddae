"""Methods that are measured: one describer, or several with their weights, as the engine mixes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.index.similarity import similarity
from lookalike.search.ranking.channels import Channel, mean_alike
from lookalike.types import Vectors


@dataclass(frozen=True)
class Method:
    """A way to score pictures against each other, under the name that a table gives it."""

    name: str
    channels: tuple[Channel, ...]

    def scores(self, queries: Mapping[str, Vectors], base: Mapping[str, Vectors]) -> NDArray[np.float32]:
        """(q, n) of (q, d) rows of each channel to (n, d); larger = more similar."""
        own = {
            channel: similarity(channel.describer.space, queries[channel.name], base[channel.name])
            for channel in self.channels
        }
        if len(own) == 1:
            return next(iter(own.values()))
        return mean_alike(own)

    @property
    def bytes_per_image(self) -> int:
        """Bytes that an index without compression holds of a picture."""
        spaces = [channel.describer.space for channel in self.channels]
        return sum(space.columns * space.dtype.itemsize for space in spaces)
