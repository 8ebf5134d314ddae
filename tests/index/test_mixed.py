from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lookalike.index.mixed import BREADTH, MixedScheme
from lookalike.types import Space

SPACE = Space("space", "digest", 8, "cosine")


@pytest.mark.parametrize("probes", [1, BREADTH, BREADTH + 20, 200])
def test_more_lists_than_the_graph_holds_by_itself_are_found_too(probes: int) -> None:
    rows = np.random.default_rng(0).normal(size=(8000, 8)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    maker = MixedScheme(lists=200)
    index = maker.build(SPACE, rows)
    index.add(np.arange(8000), rows)
    hits = index.searched_by(replace(maker, probes=probes, factor=1)).search(rows[:100], 50)
    assert np.mean([at in each.ids for at, each in enumerate(hits)]) > (0.9 if probes > 1 else 0.8)
