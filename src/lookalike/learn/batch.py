"""Batches, as a loss is given them: rows, labels, what they are compared with, and which comparisons count."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor
from torch.nn.functional import normalize


@dataclass(frozen=True)
class Triplets:
    """Row numbers (t,) each: the anchors, a reference of the same class, and one of another."""

    anchors: Tensor
    positives: Tensor
    negatives: Tensor

    def __len__(self) -> int:
        return len(self.anchors)


@dataclass(frozen=True)
class Batch:
    """Rows (n, d) as a network gives them with labels (n,), compared with references (m, d) and proxies (c, k, d).

    Without references the rows are compared with one another; the first n references are always the rows themselves.
    `triplets` are those that a miner chose; without them everything counts.
    """

    rows: Tensor
    labels: Tensor
    references: Tensor | None = None
    reference_labels: Tensor | None = None
    proxies: Tensor | None = None
    triplets: Triplets | None = None

    def __post_init__(self) -> None:
        if self.rows.ndim != 2 or self.labels.shape != self.rows.shape[:1]:
            raise ValueError(f"rows (n, d) and labels (n,) wanted, got {self.rows.shape} and {self.labels.shape}")

    @cached_property
    def units(self) -> Tensor:
        """(n, d) of length 1; a row of zeros stays one."""
        return normalize(self.rows)

    @cached_property
    def cosines(self) -> Tensor:
        """(n, m) of rows and references."""
        others = self.units if self.references is None else normalize(self.references)
        return self.units @ others.T

    @cached_property
    def products(self) -> Tensor:
        """(n, m) inner products of rows and references as they are."""
        return self.rows @ (self.rows if self.references is None else self.references).T

    @cached_property
    def distances(self) -> Tensor:
        """(n, m) Euclidean distances of rows and references of length 1; their gradient is finite at 0."""
        return (2 - 2 * self.cosines).clamp(min=1e-12).sqrt()

    @cached_property
    def squares(self) -> Tensor:
        """(n, m) squared distances of rows and references of length 1."""
        return (2 - 2 * self.cosines).clamp(min=0)

    @cached_property
    def same(self) -> Tensor:
        """(n, m) bool: of one class, a row and itself apart."""
        others = self.labels if self.reference_labels is None else self.reference_labels
        alike = self.labels[:, None] == others[None]
        return alike & ~torch.eye(len(self.labels), len(others), dtype=torch.bool, device=alike.device)

    @cached_property
    def different(self) -> Tensor:
        """(n, m) bool: of two classes."""
        others = self.labels if self.reference_labels is None else self.reference_labels
        return self.labels[:, None] != others[None]

    @cached_property
    def positives(self) -> Tensor:
        """(n, m) bool: the pairs of one class that count."""
        if self.triplets is None:
            return self.same
        return _marked(self.same, self.triplets.anchors, self.triplets.positives)

    @cached_property
    def negatives(self) -> Tensor:
        """(n, m) bool: the pairs of two classes that count."""
        if self.triplets is None:
            return self.different
        return _marked(self.different, self.triplets.anchors, self.triplets.negatives)

    @cached_property
    def chosen(self) -> Triplets:
        """The triplets that count: those that were mined, else all."""
        return every_triplet(self.same, self.different) if self.triplets is None else self.triplets

    @cached_property
    def to_proxies(self) -> Tensor:
        """(n, c, k) cosines of rows and proxies; raises ValueError where there are none."""
        return torch.einsum("nd,ckd->nck", self.units, normalize(self.needed_proxies, dim=2))

    @property
    def needed_proxies(self) -> Tensor:
        """(c, k, d); raises ValueError where there are none."""
        if self.proxies is None:
            raise ValueError("this loss compares with proxies, and the batch has none")
        return self.proxies


def every_triplet(same: Tensor, different: Tensor) -> Triplets:
    """All that the (n, m) masks allow, ordered by anchor, positive, negative."""
    anchors, positives, negatives = torch.where(same[:, :, None] & different[:, None, :])
    return Triplets(anchors, positives, negatives)


def _marked(like: Tensor, first: Tensor, second: Tensor) -> Tensor:
    mask = torch.zeros_like(like)
    mask[first, second] = True
    return mask
