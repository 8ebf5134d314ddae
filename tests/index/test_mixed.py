from __future__ import annotations

from dataclasses import replace

import numpy as np

from lookalike.index.mixed import BREADTH, MixedScheme
from lookalike.types import Space

SPACE = Space("space", "digest", 32, "cosine")
LISTS = 600


def test_all_lists_are_found_by_the_graph_where_all_are_asked_for() -> None:
    rows = np.random.default_rng(0).normal(size=(24_000, 32)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    maker = MixedScheme(lists=LISTS, factor=1)
    index = maker.build(SPACE, rows)
    index.add(np.arange(24_000), rows)
    found = {}
    for probes in (1, BREADTH, LISTS):
        hits = index.searched_by(replace(maker, probes=probes)).search(rows[:100], 50)
        found[probes] = np.mean([at in each.ids for at, each in enumerate(hits)])
    assert found[LISTS] == 1
    assert 0.9 < found[BREADTH] <= 1
    (every,) = index.searched_by(replace(maker, probes=LISTS)).search(rows[:1], 24_000)
    assert len(every) == 24_000
