"""Rows of earlier batches, to be compared with: the network changes slowly, so that they are still about right.

Source: [Wang et al., Cross-batch memory for embedding learning, CVPR 2020].
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from lookalike.learn.batch import Batch


@dataclass(frozen=True)
class Memory:
    """The newest `size` rows (m, d) without gradients, and their labels (m,)."""

    size: int
    rows: Tensor | None = None
    labels: Tensor | None = None

    def shown_to(self, batch: Batch) -> Batch:
        """The batch, its rows compared with one another and with what is remembered."""
        if self.rows is None or self.labels is None:
            return batch
        return replace(
            batch,
            references=torch.cat([batch.rows, self.rows.to(batch.rows.dtype)]),
            reference_labels=torch.cat([batch.labels, self.labels]),
        )

    def after(self, batch: Batch) -> Memory:
        """With the rows of that batch, the oldest forgotten."""
        rows, labels = batch.rows.detach(), batch.labels
        if self.rows is not None and self.labels is not None:
            rows, labels = torch.cat([self.rows, rows]), torch.cat([self.labels, labels])
        return replace(
            self, rows=rows[max(0, len(rows) - self.size) :], labels=labels[max(0, len(labels) - self.size) :]
        )
