from __future__ import annotations

import numpy as np
import torch

from lookalike.learn.augment import AsTheyAre, Moved, OneOfViews

DRAWN = np.array([2, 0, 2])


def test_without_augmentation_inputs_are_as_they_are() -> None:
    inputs = torch.arange(12.0).reshape(4, 3)
    assert torch.equal(AsTheyAre(inputs)(DRAWN, np.random.default_rng(0)), inputs[[2, 0, 2]])


def test_each_input_is_shown_as_one_of_its_own_views() -> None:
    views = torch.arange(4.0)[:, None, None] * 10 + torch.arange(3.0)[None, :, None]  # (4, 3, 1)
    many = np.repeat(DRAWN, 50)
    shown = OneOfViews(views)(many, np.random.default_rng(0))
    assert torch.equal(shown[:, 0] // 10, torch.from_numpy(many).float())
    assert set((shown[:, 0] % 10).tolist()) == {0.0, 1.0, 2.0}


def test_pixels_are_moved_a_little_and_by_the_seed() -> None:
    pixels = torch.zeros(3, 3, 32, 32, dtype=torch.uint8)
    pixels[:, :, 12:20, 12:20] = 200
    augment = Moved(pixels)
    first, again, other = (augment(DRAWN, np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert first.shape == (3, 3, 32, 32)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert first.min() >= 0
    assert first.max() <= 255
    rows = torch.arange(32.0)
    for picture in first:  # the square stays within the shift of its place
        weight = (picture[0] - picture[0].min()).sum(dim=1)
        assert abs(float((weight * rows).sum() / weight.sum()) - 15.5) < 0.1 * 32 + 1.5


def test_without_any_strength_pixels_stay() -> None:
    pixels = torch.randint(0, 256, (2, 3, 16, 16), generator=torch.Generator().manual_seed(0)).to(torch.uint8)
    still = Moved(pixels, turn=0, enlarge=0, shift=0, light=0)(np.array([0, 1]), np.random.default_rng(0))
    assert torch.allclose(still, pixels.float(), atol=1e-2)


def test_a_turn_is_as_far_as_it_says() -> None:
    """A bar through the middle, turned by up to 12 degrees, has its end moved by no more than that."""
    pixels = torch.zeros(1, 3, 65, 65, dtype=torch.uint8)
    pixels[:, :, 31:34] = 255
    augment = Moved(pixels, turn=12, enlarge=0, shift=0, light=0)
    ends = []
    for seed in range(20):
        column = augment(np.array([0]), np.random.default_rng(seed))[0, 0, :, 62]
        ends.append(float((column * torch.arange(65.0)).sum() / column.sum()) - 32)
    assert max(map(abs, ends)) <= 30 * np.tan(np.radians(12)) + 1
    assert min(ends) < -2
    assert max(ends) > 2
