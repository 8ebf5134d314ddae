from __future__ import annotations

import numpy as np
import pytest

from lookalike.pixels.scenes import SURFACES, chart, scene, sign, surface


def test_a_seed_draws_one_scene_and_another_one_another() -> None:
    first, again, other = (scene(np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert first.shape == (480, 640, 3)
    assert np.abs(first.astype(int) - other).mean() > 10


@pytest.mark.parametrize("kind", SURFACES)
def test_a_surface_is_alike_all_over_and_not_flat(kind: str) -> None:
    pixels = surface(kind, np.random.default_rng(3))
    quarters = [pixels[down : down + 192, across : across + 192] for down in (0, 192) for across in (0, 192)]
    assert all(quarter.std() > 10 for quarter in quarters)
    assert np.ptp([quarter.mean() for quarter in quarters]) < 25


def test_signs_and_charts_of_one_seed_differ_in_what_they_say_alone() -> None:
    a, b = (sign(np.random.default_rng(4), words) for words in ("NORTH", "SOUTH"))
    changed = (a != b).any(axis=(1, 2)).nonzero()[0]
    assert changed.min() > 280
    low, high = (chart("Rain", values, (90, 90, 200)) for values in ((0.2, 0.5), (0.2, 0.6)))
    assert (low != high).any(axis=(0, 2)).nonzero()[0].min() > 300
