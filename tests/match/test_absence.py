"""What a template scores where it is not."""

import numpy as np
import pytest
import skimage.data

from lookalike.match import LOCATORS
from lookalike.types import Picture


def picture(pixels):
    return Picture(np.ascontiguousarray(pixels), pixels.shape[1::-1])


COFFEE, CAT = skimage.data.coffee(), skimage.data.chelsea()


@pytest.mark.parametrize("engine", ["fast", "exact"])
def test_a_smooth_part_of_one_photo_is_not_found_in_another(engine):
    found = LOCATORS.make(engine).locate(picture(COFFEE[80:200, 200:330]), picture(CAT))
    assert found.placements[0].score < found.chance


@pytest.mark.parametrize("engine", ["fast", "exact"])
def test_a_part_in_other_light_and_noise_is_found(engine):
    noisy = np.clip(COFFEE * 0.5 + np.random.default_rng(0).normal(0, 12, COFFEE.shape), 0, 255).astype(np.uint8)
    found = LOCATORS.make(engine).locate(picture(COFFEE[80:200, 200:330]), picture(noisy))
    assert found.placements[0].score > found.chance
    np.testing.assert_allclose(found.placements[0].box[:2], (200, 80), atol=1)
