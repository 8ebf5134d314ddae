"""One negative for each pair of one class, by chance."""

from __future__ import annotations

import torch
from torch import Tensor

from lookalike.learn.batch import Batch, Triplets


def one_negative_each(batch: Batch, weights: Tensor, generator: torch.Generator) -> Triplets:
    """Every pair of one class, its negative drawn by (n, m) weights; an anchor whose weights are 0 is left out."""
    can = weights.sum(dim=1) > 0
    anchors, positives = torch.where(batch.same & can[:, None])
    if not len(anchors):
        return Triplets(anchors, positives, anchors)
    negatives = torch.multinomial(weights[anchors].cpu(), 1, generator=generator)[:, 0].to(anchors.device)
    return Triplets(anchors, positives, negatives)
