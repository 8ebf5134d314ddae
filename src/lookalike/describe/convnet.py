"""Features of a convolutional network [Babenko et al., Neural codes for image retrieval, ECCV 2014]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.agreement import agreement, drawn, told
from lookalike.describe.network_pass import pooled, squares
from lookalike.describe.side import MIN_SIDE
from lookalike.models.efficientnet_lite import FEATURES, Variant
from lookalike.models.onnx_session import efficientnet_lite_session
from lookalike.models.table import WEIGHTS
from lookalike.registry import digest, later
from lookalike.types import Explanation, Picture, Space, Vectors


@dataclass(frozen=True)
class ConvNet:
    """The last feature map of EfficientNet-Lite0, Lite1 or Lite2, pooled over the picture (unit L2 norm).

    `mean` pooling is the better for classes of things, `gem` for edited copies [Radenovic et al., PAMI 2019].
    """

    name: ClassVar[str] = "convnet"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "content"
    source: ClassVar[str] = "EfficientNet-Lite0, ImageNet-1k (Tan & Le, ICML 2019; weights Apache-2.0)"
    unrelated: ClassVar[float] = 0.23

    side: int = 224
    """Side of the square that the picture is squeezed into, px."""
    pooling: Literal["mean", "gem"] = "mean"
    power: float = 3.0
    """Exponent of GeM."""
    network: Variant = field(default="lite0", metadata=later())
    """`lite1` and `lite2` are larger, and were trained on squares of 240 and 260 px."""
    threads: int = field(default=1, compare=False)
    batch: int = field(default=8, compare=False)

    def __post_init__(self) -> None:
        if self.side < 32 or self.batch < 1 or self.threads < 1 or not 0.1 <= self.power <= 30:
            raise ValueError("side is 32 px or more, batch and threads are 1 or more, power is 0.1 to 30")

    @property
    def weight_digests(self) -> tuple[str, ...]:
        """Digest of the network's weights."""
        return (WEIGHTS[f"efficientnet-{self.network}"].sha256,)

    @cached_property
    def space(self) -> Space:
        """1280 dimensions, cosine."""
        return Space(self.name, digest(self), FEATURES, "cosine")

    @property
    def min_side(self) -> int:
        """Side that fills the square."""
        return max(self.side, MIN_SIDE)

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, 1280) unit rows."""
        if self.pooling == "mean":
            return _unit(pooled(pictures, self.side, self.threads, self.batch, self.network))
        session = efficientnet_lite_session(self.threads, self.network)
        batches = [pictures[at : at + self.batch] for at in range(0, len(pictures), self.batch)]
        maps = [session.run(["map"], {"pixels": squares(batch, self.side)})[0] for batch in batches]
        return _unit(np.concatenate([np.empty((0, FEATURES), np.float32), *map(self._pool, maps)]))

    def explain(self, query: Picture, hit: Picture) -> Explanation:
        """Where in both lies what they share, cell by cell of the feature map."""
        rows = self.describe([query, hit])
        of_query, of_hit = agreement(self.map_of(query), rows[1]), agreement(self.map_of(hit), rows[0])
        line = told(of_hit, float(rows[0] @ rows[1]), self.unrelated)
        return Explanation(line, drawn(query, hit, of_query, of_hit))

    def map_of(self, picture: Picture) -> NDArray[np.float32]:
        """(1280, rows, columns), the last feature map before it is pooled."""
        session = efficientnet_lite_session(self.threads, self.network)
        return np.asarray(session.run(["map"], {"pixels": squares([picture], self.side)})[0][0], np.float32)

    def _pool(self, maps: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, 1280) of maps (n, 1280, rows, columns)."""
        powered: NDArray[np.float32] = np.mean(maps ** np.float32(self.power), axis=(2, 3))
        return powered ** np.float32(1 / self.power)


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of unit norm; one without a single feature points along the first axis."""
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    axis = np.zeros(FEATURES, np.float32)
    axis[0] = 1
    return np.where(norms > 0, rows / np.where(norms > 0, norms, 1), axis).astype(np.float32)
