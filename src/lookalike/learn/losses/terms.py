"""Many terms into one: means that stand up to there being none, and the soft count of what is too high."""

from __future__ import annotations

import torch
from torch import Tensor


def mean_or_zero(terms: Tensor, rows: Tensor) -> Tensor:
    """Mean of (t,) terms; where there are none, a zero that has the rows' (zero) gradient."""
    return terms.mean() if len(terms) else rows.sum() * 0


def mean_of_positive(terms: Tensor, rows: Tensor) -> Tensor:
    """Mean of those (t,) terms that are above zero: a hinge that is kept does not dilute the others."""
    return mean_or_zero(terms[terms > 0], rows)


def log_one_and_sum(powers: Tensor, mask: Tensor, dim: int) -> Tensor:
    """log(1 + sum of exp(powers)) along `dim` over what the mask has; 0 where it has nothing."""
    masked = powers.masked_fill(~mask, -torch.inf)
    return torch.logsumexp(torch.cat([masked, torch.zeros_like(masked.narrow(dim, 0, 1))], dim=dim), dim=dim)
