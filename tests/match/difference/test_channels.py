"""Agreement with numpy."""

import numpy as np
import pytest

from lookalike.match.difference.channels import every, most


@pytest.mark.parametrize("shape", [(0, 3), (5, 3), (4, 7, 3)])
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
def test_both_are_those_along_the_last_axis(shape, dtype):
    levels = np.random.default_rng(0).integers(0, 256, shape).astype(dtype)
    np.testing.assert_array_equal(most(levels), levels.max(axis=-1))
    np.testing.assert_array_equal(every(levels > 60), (levels > 60).all(axis=-1))
