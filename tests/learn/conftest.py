"""pytorch-metric-learning, the oracle here, would have faiss searched by torch for the rest of the process."""

from __future__ import annotations

import sys

import torch

sys.modules["faiss.contrib.torch_utils"] = None  # type: ignore[assignment]

torch.set_num_threads(1)  # of so little work most of the time would go into waiting for each other
