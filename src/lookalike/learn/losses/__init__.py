"""Losses of metric learning. A new one is one file and one line here."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

from lookalike.registry import Table

if TYPE_CHECKING:
    from torch import Tensor

    from lookalike.learn.batch import Batch


class Loss(Protocol):
    """How wrong the rows of a batch lie. Frozen configuration; what it learns itself, its proxies, the batch holds."""

    name: ClassVar[str]
    revision: ClassVar[int]

    @property
    def proxies(self) -> int:
        """How many of them each class has; 0: it compares rows with rows."""
        ...

    def __call__(self, batch: Batch) -> Tensor:
        """A scalar, 0 or above where the paper's is; 0 with gradients of zero where nothing can be compared."""
        ...


_HERE = "lookalike.learn.losses"
LOSSES: Table[Loss] = Table(
    "loss",
    {
        "arcface": f"{_HERE}.angular_margin:ArcFace",
        "circle": f"{_HERE}.circle:Circle",
        "angular_margin": f"{_HERE}.angular_margin:AngularMargin",
        "contrastive": f"{_HERE}.contrastive:Contrastive",
        "cosface": f"{_HERE}.angular_margin:CosFace",
        "lifted_structure": f"{_HERE}.lifted_structure:LiftedStructure",
        "multi_similarity": f"{_HERE}.multi_similarity:MultiSimilarity",
        "n_pairs": f"{_HERE}.n_pairs:NPairs",
        "normalised_softmax": f"{_HERE}.softmax:NormalisedSoftmax",
        "nt_xent": f"{_HERE}.n_pairs:NtXent",
        "proxy_anchor": f"{_HERE}.proxy_anchor:ProxyAnchor",
        "proxy_nca": f"{_HERE}.proxy_nca:ProxyNca",
        "proxy_nca_pp": f"{_HERE}.proxy_nca:ProxyNcaPlusPlus",
        "quadruplet": f"{_HERE}.quadruplet:Quadruplet",
        "siamese": f"{_HERE}.siamese:Siamese",
        "smooth_ap": f"{_HERE}.smooth_ap:SmoothAp",
        "soft_triple": f"{_HERE}.soft_triple:SoftTriple",
        "softmax": f"{_HERE}.softmax:Softmax",
        "sphereface": f"{_HERE}.angular_margin:SphereFace",
        "sscd": f"{_HERE}.sscd:Sscd",
        "supervised_contrastive": f"{_HERE}.supervised_contrastive:SupervisedContrastive",
        "triplet": f"{_HERE}.triplet:TripletHinge",
    },
    extra="learn",
)
