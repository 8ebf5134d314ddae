"""Faces inside scikit-image's package, for what is learned from pictures."""

from __future__ import annotations

import numpy as np
import pytest

from lookalike.pixels.colour import rgb_of_grey
from lookalike.types import Picture


@pytest.fixture(scope="session")
def faces() -> list[Picture]:
    """100 of 25 x 25 px."""
    from skimage.data import lfw_subset

    grey = np.rint(255 * lfw_subset()[:100]).astype(np.uint8)
    return [Picture(rgb_of_grey(face), (25, 25)) for face in grey]
