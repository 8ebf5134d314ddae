"""LightGlue [Lindenberger, Sarlin & Pollefeys, LightGlue: local feature matching at light speed, ICCV 2023]."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import ClassVar, Literal, Self, cast, get_args

from lookalike.match.match.trained import Assignment, Trained, float_rows
from lookalike.models.checkpoint import read_checkpoint
from lookalike.models.lightglue import LAYOUTS, Layout, placed
from lookalike.models.lightglue import LightGlue as Network
from lookalike.models.user_weights import weights_digest, weights_file
from lookalike.types import LocalFeatures

Kind = Literal["aliked", "disk", "superpoint", "xfeat"]


@dataclass(frozen=True)
class LightGlue(Trained):
    """Features of a network, matched by another one that looks at all of them; easy pairs take less time."""

    name: ClassVar[str] = "lightglue"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Lindenberger et al., LightGlue, ICCV 2023 (weights Apache-2.0, SuperPoint's for research)"
    kinds: ClassVar[tuple[str, ...]] = get_args(Kind)
    symmetric: ClassVar[bool] = True

    features: Kind = "xfeat"
    """Extractor of the features; each kind has weights of its own."""
    threshold: float = 0.1
    """A match is surer than that."""
    enough: float | None = None
    """Share of features that are sure, with which it ends early; 1: never; none: as trained for the features."""
    unmatched: float | None = None
    """How surely a feature has no partner before it is left out; 1: none is; none: as trained for the features."""

    def __post_init__(self) -> None:
        shares = (self.threshold, self.enough, self.unmatched)
        if any(share is not None and not 0 <= share <= 1 for share in shares):
            raise ValueError("threshold, enough and unmatched are from 0 to 1")

    @property
    def checkpoint(self) -> Path:
        """Its weights; raises `WeightsError` that says how to get them."""
        return weights_file(self.weights, self._row, official=f"{self.features}_lightglue.pth")

    @property
    def weight_digests(self) -> tuple[str, ...]:
        """Digest of the network's weights."""
        return (weights_digest(self.weights, self._row, official=f"{self.features}_lightglue.pth"),)

    @property
    def dim(self) -> int:
        return self._layout.dim

    @property
    def kind(self) -> str:
        return self.features

    @property
    def least(self) -> float:
        return self.threshold

    @property
    def _layout(self) -> Layout:
        return LAYOUTS[self.features]

    @property
    def _row(self) -> str:
        """Row of the table of weights."""
        return "xfeat-lighterglue" if self.features == "xfeat" else f"{self.features}-lightglue"

    def for_features(self, extractor: str) -> Self:
        if extractor not in self.kinds:
            raise self._refuse(extractor)
        return replace(self, features=cast(Kind, extractor))

    def _assignment(self, a: LocalFeatures, b: LocalFeatures) -> Assignment:
        layout = self._layout
        return _network(self.checkpoint, layout).assignment(
            (placed(a.keypoints.xy, a.keypoints.size), float_rows(a)),
            (placed(b.keypoints.xy, b.keypoints.size), float_rows(b)),
            enough=layout.enough if self.enough is None else self.enough,
            unmatched=layout.unmatched if self.unmatched is None else self.unmatched,
        )


@cache
def _network(file: Path, layout: Layout) -> Network:
    return Network.of(read_checkpoint(file), layout)
