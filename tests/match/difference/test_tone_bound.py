"""What no change of light and colour can explain is known before one is sought."""

import cv2
import numpy as np
import pytest

from lookalike.match.difference.tone_bound import may_explain
from lookalike.pixels.augment import edit


def rows(pixels):
    """(n, 3) levels of a small version."""
    small = cv2.resize(pixels, (40, 30), interpolation=cv2.INTER_AREA)
    return small.reshape(-1, 3).astype(np.float32)


@pytest.mark.parametrize("name", ["brightness", "contrast", "gamma", "cast", "grey"])
def test_whatever_an_editor_changes_may_be_explained_from_either_side(photos, name):
    coloured = [photo for photo in photos if np.ptp(photo.pixels.astype(int), axis=2).mean() > 10]
    assert len(coloured) >= 3
    for seed, photo in enumerate(coloured):
        changed = edit(name, photo.pixels, seed, photo.pixels).pixels
        assert may_explain(rows(photo.pixels), rows(changed))
        assert may_explain(rows(changed), rows(photo.pixels))


def test_noise_and_what_lies_elsewhere_are_not(photos):
    rng = np.random.default_rng(0)
    levels = rows(photos[0].pixels)
    noisy = np.clip(levels + rng.normal(0, 4, levels.shape), 0, 255).astype(np.float32)
    assert not may_explain(levels, noisy)
    assert not may_explain(levels, rng.permutation(levels))
