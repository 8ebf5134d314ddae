"""pytorch-metric-learning, the oracle here, would have faiss searched by torch for the rest of the process."""

from __future__ import annotations

import sys

sys.modules["faiss.contrib.torch_utils"] = None  # type: ignore[assignment]
