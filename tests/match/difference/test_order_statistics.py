"""Agreement with numpy, to the last bit."""

import numpy as np
import pytest

from lookalike.match.difference.order_statistics import median, quantile

ROWS = [
    np.random.default_rng(n).gamma(2.0, 30.0, n).astype(dtype) for n in (1, 2, 3, 4, 37, 1000) for dtype in ("f4", "f8")
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{len(row)} {row.dtype}")
def test_both_are_those_of_numpy(row):
    assert median(row) == float(np.median(row))
    for share in (0.0, 0.1, 0.25, 0.35, 0.5, 0.9, 0.99, 1.0):
        assert quantile(row, share) == float(np.quantile(row, share))


def test_the_row_stays_as_it_is():
    row = np.array([3.0, 1.0, 2.0, 0.0])
    median(row), quantile(row, 0.3)
    assert row.tolist() == [3.0, 1.0, 2.0, 0.0]
