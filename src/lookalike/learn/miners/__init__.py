"""Which triplets of a batch a loss is shown. A new miner is one file and one line here."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

from lookalike.registry import Table

if TYPE_CHECKING:
    import torch

    from lookalike.learn.batch import Batch, Triplets


class Miner(Protocol):
    """A choice among all triplets of a batch. Frozen configuration."""

    name: ClassVar[str]
    revision: ClassVar[int]

    def mine(self, batch: Batch, generator: torch.Generator, /) -> Triplets:
        """Triplets of the batch, each a true one and none twice; none passes a gradient. Chance is the generator's."""
        ...


_HERE = "lookalike.learn.miners"
MINERS: Table[Miner] = Table(
    "miner",
    {
        "all": f"{_HERE}.every:All",
        "distance_weighted": f"{_HERE}.distance_weighted:DistanceWeighted",
        "hard_negative": f"{_HERE}.hard:HardNegative",
        "hard_pair": f"{_HERE}.hard:HardPair",
        "hard_positive": f"{_HERE}.hard:HardPositive",
        "random": f"{_HERE}.random_negative:RandomNegative",
        "semi_hard": f"{_HERE}.semi_hard:SemiHard",
    },
    extra="learn",
)
