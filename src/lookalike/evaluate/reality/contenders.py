"""Losses that are compared, with the years of their papers and the settings that are searched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lookalike.errors import UnknownName


@dataclass(frozen=True)
class Contender:
    """A loss with its miner, the year of its paper, and the ranges (low, high) that its own settings are drawn from."""

    loss: str
    year: int
    miner: str | None = None
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.loss if self.miner is None else f"{self.loss} + {self.miner}"


CONTENDERS = (
    Contender("siamese", 1993, ranges={"margin": (0.0, 0.8)}),
    Contender("contrastive", 2006, ranges={"margin": (0.3, 1.4)}),
    Contender("triplet", 2009, ranges={"margin": (0.05, 1.0)}),
    Contender("triplet", 2015, "semi_hard", {"margin": (0.05, 1.0)}),
    Contender("lifted_structure", 2016, ranges={"margin": (0.3, 1.4)}),
    Contender("n_pairs", 2016, ranges={"pull": (1e-4, 1e-1)}),
    Contender("triplet", 2017, "hard_pair", {"margin": (0.05, 1.0)}),
    Contender("triplet", 2017, "distance_weighted", {"margin": (0.05, 1.0)}),
    Contender("quadruplet", 2017, "hard_pair", {"margin": (0.05, 1.0), "other_margin": (0.02, 0.5)}),
    Contender("proxy_nca", 2017),
    Contender("sphereface", 2017, ranges={"m1": (1.0, 2.0), "scale": (8, 64)}),
    Contender("cosface", 2018, ranges={"m3": (0.05, 0.5), "scale": (8, 64)}),
    Contender("normalised_softmax", 2019, ranges={"scale": (8, 64)}),
    Contender("arcface", 2019, ranges={"m2": (0.05, 0.6), "scale": (8, 64)}),
    Contender("multi_similarity", 2019, ranges={"a": (0.5, 8), "b": (20, 80), "base": (0.1, 0.8)}),
    Contender("soft_triple", 2019, ranges={"scale": (8, 64), "temperature": (0.05, 0.5)}),
    Contender("circle", 2020, ranges={"margin": (0.1, 0.6), "scale": (20, 120)}),
    Contender("proxy_anchor", 2020, ranges={"margin": (0.02, 0.4), "scale": (8, 64)}),
    Contender("proxy_nca_pp", 2020, ranges={"temperature": (0.03, 0.5)}),
    Contender("supervised_contrastive", 2020, ranges={"temperature": (0.03, 0.5)}),
    Contender("nt_xent", 2020, ranges={"temperature": (0.03, 0.5)}),
    Contender("smooth_ap", 2020, ranges={"temperature": (0.005, 0.1)}),
)


def chosen(names: Sequence[str]) -> list[Contender]:
    """Contenders of these names, all for none; raises `UnknownName`."""
    known = {each.name: each for each in CONTENDERS}
    for name in names:
        if name not in known:
            raise UnknownName("compared loss", name, known)
    return [each for each in CONTENDERS if not names or each.name in names]
