from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lookalike.describe.drawing import PAPER
from lookalike.local import EXTRACTORS
from lookalike.match.drawing.descriptor import SIDE, glimpse
from lookalike.types import Picture


@pytest.mark.parametrize("name", ["akaze", "beblid", "brisk", "orb", "patch", "self_similarity", "sift"])
def test_every_kind_of_row_is_drawn_and_other_rows_otherwise(name: str, photos: list[Picture]) -> None:
    extractor = EXTRACTORS.make(name)
    rows = extractor.extract(photos[0]).descriptors
    first, again, other = (glimpse(extractor, rows[at]) for at in (0, 0, -1))
    assert first.shape == (SIDE, SIDE, 3)
    assert (first == again).all()
    assert (first != other).any()


def test_bits_are_drawn_row_by_row() -> None:
    row = np.zeros(32, np.uint8)
    row[0] = 0b10000000
    drawn = glimpse(EXTRACTORS.make("orb"), row)
    step = SIDE // 16
    assert (drawn[2:step, 2:step] == 255).all()
    assert (drawn[2:step, step:-1] == 0).all()
    assert (drawn[step:-1, 2:-1] == 0).all()


def test_a_patch_is_drawn_as_the_light_that_it_is() -> None:
    extractor: Any = EXTRACTORS.make("patch")
    ramp = np.tile(np.linspace(-1, 1, extractor.cells, dtype=np.float32), extractor.cells)
    drawn = glimpse(extractor, ramp)[:, :, 0].astype(int)
    assert (np.diff(drawn[SIDE // 2, 2:-2]) >= 0).all()
    assert drawn[SIDE // 2, 3] < 20
    assert drawn[SIDE // 2, -4] > 235


def test_a_gradient_points_where_light_grows() -> None:
    row = np.zeros(128, np.float32)
    row[0] = 1  # of the first cell, to the right
    inked = (glimpse(EXTRACTORS.make("sift"), row)[1:-1, 1:-1] != PAPER).any(axis=2)
    cell = SIDE // 4
    middle = cell // 2
    arm = np.flatnonzero(inked[middle - 1, :cell]) + 1
    assert arm.min() >= middle - 2
    assert arm.max() >= cell - 2
    assert inked[:cell, :cell].sum() > 3 * inked[2 * cell : 3 * cell, 2 * cell : 3 * cell].sum()


def test_surroundings_lie_where_they_were() -> None:
    extractor: Any = EXTRACTORS.make("self_similarity")
    levels = np.zeros((extractor.rings, extractor.sectors), np.float32)
    levels[-1, 0] = 1  # the outermost ring, just below the right
    drawn = glimpse(extractor, levels.ravel())[:, :, 0]
    ys, xs = np.nonzero(drawn[2:-2, 2:-2] == 255)
    inside = np.hypot(xs + 2.5 - SIDE / 2, ys + 2.5 - SIDE / 2) < SIDE / 2 - 1
    assert inside.any()
    assert (xs[inside] + 2.5 > SIDE / 2 + SIDE / 8).all()
    assert (ys[inside] + 2.5 >= SIDE / 2).all()
