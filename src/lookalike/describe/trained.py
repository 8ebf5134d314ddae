"""Rows of a network that `lookalike train` learned from the owner's classes [Musgrave et al., A metric learning
reality check, ECCV 2020]."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.agreement import drawn, nearness, told
from lookalike.describe.convnet import ConvNet
from lookalike.describe.network_pass import squares
from lookalike.describe.side import MIN_SIDE
from lookalike.describe.taught_words import unit
from lookalike.errors import WeightsError
from lookalike.models.trained import Trained, session_of, trained
from lookalike.registry import digest
from lookalike.types import Explanation, Picture, Space, Vectors

Rows = NDArray[np.float32]


@dataclass(frozen=True)
class TrainedNetwork:
    """A head on rows of `convnet`, or a small network on pixels, as it was trained (unit L2 norm)."""

    name: ClassVar[str] = "trained"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "content, as it was trained"
    source: ClassVar[str] = "a network that you trained (`lookalike train`)"

    model: str = ""
    """Name that `train -o` gave it, or the path of its file."""
    batch: int = field(default=8, compare=False)

    @property
    def network(self) -> Trained:
        """The network; raises `UnknownName` or `WeightsError` where there is none."""
        if not self.model:
            raise WeightsError(
                "trained needs a network of your own: `lookalike train FOLDER -o NAME`, then trained:model=NAME"
            )
        return trained(self.model)

    @property
    def weight_digests(self) -> tuple[str, ...]:
        """Digest of its file, and of the network below it where there is one."""
        below = () if self.network.facts.side else ConvNet().weight_digests
        return (self.network.sha256, *below)

    @property
    def space(self) -> Space:
        """As many dimensions as were trained, cosine."""
        return Space(self.name, digest(self), self.network.facts.dim, "cosine")

    @property
    def unrelated(self) -> float:
        """Median cosine of two pictures of classes that it never saw."""
        return self.network.facts.unrelated

    @property
    def min_side(self) -> int:
        """Side that fills the network's square."""
        return max(MIN_SIDE, self.network.facts.side)

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, d) unit rows."""
        if not pictures:
            return np.empty((0, self.network.facts.dim), np.float32)
        if not self.network.facts.side:
            return self.of_rows(np.asarray(ConvNet(batch=self.batch).describe(pictures), np.float32))
        session, side = session_of(self.network), self.network.facts.side
        batches = [pictures[at : at + self.batch] for at in range(0, len(pictures), self.batch)]
        return unit(np.concatenate([session.run(["embedding"], {"pixels": squares(b, side)})[0] for b in batches]))

    def of_rows(self, seen: Rows) -> Rows:
        """(n, d) unit rows of (n, 1280) unit rows of `convnet`; of a head alone."""
        return unit(session_of(self.network).run(["embedding"], {"rows": seen})[0])

    def explain(self, query: Picture, hit: Picture) -> Explanation:
        """Where in both lies what they share: how near each cell of the one is to the whole of the other."""
        rows = self.describe([query, hit])
        of_query, of_hit = self.near(query, rows[1]), self.near(hit, rows[0])
        return Explanation(told(of_hit, float(rows[0] @ rows[1]), self.unrelated), drawn(query, hit, of_query, of_hit))

    def near(self, picture: Picture, other: Rows) -> Rows:
        """(rows, columns) shares of the cells of the picture in what it agrees on with the other's row (d,)."""
        if self.network.facts.side:
            pixels = squares([picture], self.network.facts.side)
            cells = np.moveaxis(session_of(self.network).run(["cells"], {"pixels": pixels})[0][0], 0, -1)
            return nearness(cells, np.linalg.norm(cells, axis=-1), other)
        features = ConvNet().map_of(picture)  # (1280, rows, columns)
        cells = self.of_rows(unit(features.reshape(len(features), -1).T)).reshape(*features.shape[1:], -1)
        return nearness(cells, np.linalg.norm(features, axis=0), other)
