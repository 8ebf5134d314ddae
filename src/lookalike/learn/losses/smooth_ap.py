"""Average precision, with a step that has a gradient.

Source: [Brown et al., Smooth-AP: smoothing the path towards large-scale image retrieval, ECCV 2020].
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from lookalike.learn.batch import Batch
from lookalike.learn.losses.terms import mean_or_zero


@dataclass(frozen=True)
class SmoothAp:
    """1 - AP of each row as a question, its rank r(p) = 1 + sum_o sigmoid((cos_o - cos_p) / t) counted softly.

    AP = 1/|P| sum_p r_P(p) / r(p), where r_P counts those of the row's class alone; the mean over rows that have any.
    """

    name: ClassVar[str] = "smooth_ap"
    revision: ClassVar[int] = 1
    proxies: ClassVar[int] = 0
    temperature: float = 0.01

    def __call__(self, batch: Batch) -> Tensor:
        anchors, wanted = torch.where(batch.positives)
        own = batch.cosines[anchors, wanted]
        ahead = torch.sigmoid((batch.cosines[anchors] - own[:, None]) / self.temperature)  # (pairs, m)
        ahead = ahead.scatter(1, wanted[:, None], 0.0)  # none is ahead of itself
        rank_among_own = 1 + (ahead * batch.positives[anchors]).sum(dim=1)
        rank = rank_among_own + (ahead * batch.negatives[anchors]).sum(dim=1)
        each = torch.zeros(len(batch.rows), device=own.device, dtype=own.dtype)
        each = each.index_add(0, anchors, rank_among_own / rank)
        count = batch.positives.sum(dim=1)
        return mean_or_zero(1 - each[count > 0] / count[count > 0], batch.rows)
