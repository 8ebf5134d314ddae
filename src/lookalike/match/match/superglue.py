"""SuperGlue [Sarlin et al., SuperGlue: learning feature matching with graph neural networks, CVPR 2020]."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar, Final, Self

from lookalike.match.match.sinkhorn import assigned
from lookalike.match.match.trained import Assignment, Trained, float_rows
from lookalike.models.attention import Rows
from lookalike.models.checkpoint import read_checkpoint
from lookalike.models.superglue import DIM, placed
from lookalike.models.superglue import SuperGlue as Network
from lookalike.models.user_weights import weights_digest, weights_file
from lookalike.types import LocalFeatures

OFFICIAL: Final = "superglue_indoor.pth or superglue_outdoor.pth"


@dataclass(frozen=True)
class SuperGlue(Trained):
    """SuperPoint's features, matched by a graph network and optimal transport."""

    name: ClassVar[str] = "superglue"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Sarlin et al., SuperGlue, CVPR 2020 (weights for research only)"
    kinds: ClassVar[tuple[str, ...]] = ("superpoint",)
    symmetric: ClassVar[bool] = False  # the last round of transport balances b

    threshold: float = 0.2
    """A match is surer than that."""
    rounds: int = 100
    """Rounds of optimal transport."""

    def __post_init__(self) -> None:
        if not 0 <= self.threshold < 1 or self.rounds < 1:
            raise ValueError("threshold is 0 or more and below 1, rounds 1 or more")

    @property
    def checkpoint(self) -> Path:
        """Its weights; raises `WeightsError` that says how to get them."""
        return weights_file(self.weights, self.name, official=OFFICIAL)

    @property
    def weight_digests(self) -> tuple[str, ...]:
        """Digest of the network's weights."""
        return (weights_digest(self.weights, self.name, official=OFFICIAL),)

    @property
    def dim(self) -> int:
        return DIM

    @property
    def kind(self) -> str:
        return "superpoint"

    @property
    def least(self) -> float:
        return self.threshold

    def for_features(self, extractor: str) -> Self:
        if extractor not in self.kinds:
            raise self._refuse(extractor)
        return self

    def _assignment(self, a: LocalFeatures, b: LocalFeatures) -> Assignment:
        network = _network(self.checkpoint)
        similarities = network.similarities(_seen(a), _seen(b))
        return assigned(similarities, network.bin_score, self.rounds)


def _seen(features: LocalFeatures) -> tuple[Rows, Rows]:
    """Keypoints and rows as the network takes them."""
    keypoints = features.keypoints
    return placed(keypoints.xy, keypoints.scores, keypoints.size), float_rows(features)


@cache
def _network(file: Path) -> Network:
    return Network.of(read_checkpoint(file))
