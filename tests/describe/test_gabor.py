from __future__ import annotations

import numpy as np
import pytest
from skimage.filters import gabor

from lookalike.describe.gabor import GaborStatistics
from lookalike.describe.gabor_bank import DIRECTIONS, PAD, SCALES, bank, evened, magnitudes, responses, spectrum_of
from lookalike.describe.gist import Gist
from lookalike.describe.reduced import SIDE, reduced_grey
from lookalike.types import Picture


def waves(length: float, degrees: float) -> Picture:
    """Stripes of that many px, the direction across them turned from the right to below."""
    y, x = np.indices((SIDE, SIDE))
    along = x * np.cos(np.deg2rad(degrees)) + y * np.sin(np.deg2rad(degrees))
    grey = np.rint(128 + 60 * np.cos(2 * np.pi * along / length)).astype(np.uint8)
    return Picture(np.repeat(grey[:, :, None], 3, axis=2), (SIDE, SIDE))


@pytest.mark.parametrize("scale", [1, 2])
def test_magnitudes_agree_with_scikit_image_which_samples_every_pixel(scale: int, photos: list[Picture]) -> None:
    plane = evened(reduced_grey(photos[0]))
    padded = np.pad(plane, PAD, "symmetric").astype(float)
    ours = magnitudes(spectrum_of(plane), bank()[scale])
    step = SIDE / ours.shape[1]
    at = [(k, round(k * step)) for k in range(ours.shape[1]) if abs(k * step - round(k * step)) < 1e-9]
    mine, theirs = np.array(at).T
    for direction in (1, 4):
        one = bank()[scale][direction]
        width, height = (1 / (2 * np.pi * sigma) for sigma in one.sigma)
        parts = gabor(
            padded - padded.mean(), one.frequency, one.angle, sigma_x=width, sigma_y=height, n_stds=5, mode="wrap"
        )
        expected = np.hypot(*parts)[PAD:-PAD, PAD:-PAD][np.ix_(theirs, theirs)]
        np.testing.assert_allclose(ours[direction][np.ix_(mine, mine)], expected, atol=0.03 * expected.max())


def test_stripes_answer_in_their_own_width_and_direction() -> None:
    for scale in range(SCALES):
        for direction in range(DIRECTIONS):
            length, degrees = 1 / bank()[scale][0].frequency, 180 * direction / DIRECTIONS
            means = np.array([found.mean(axis=(1, 2)) for found in responses(waves(length, degrees))])
            assert np.unravel_index(means.argmax(), means.shape) == (scale, direction)


def test_the_light_is_evened_out(photos: list[Picture]) -> None:
    """Stripes of a quarter of the contrast, in the dark half, answer more than half as strongly."""
    grey = np.array(waves(10, 0).pixels[..., 0], float)
    grey[:, SIDE // 2 :] = 60 + (grey[:, SIDE // 2 :] - 128) / 4
    strong = responses(picture_of_grey(grey))[2][0]
    left, right = strong[:, 2:9].mean(), strong[:, -9:-2].mean()
    assert 0.5 < right / left < 1


def picture_of_grey(grey: np.ndarray) -> Picture:
    pixels = np.repeat(np.rint(grey).astype(np.uint8)[:, :, None], 3, axis=2)
    return Picture(pixels, (pixels.shape[1], pixels.shape[0]))


@pytest.mark.parametrize("describer", [GaborStatistics(), Gist()])
def test_flat_pictures_are_alike_and_unlike_any_other(describer: GaborStatistics | Gist, photos: list[Picture]) -> None:
    flat = [Picture(np.full((40, 50, 3), value, np.uint8), (50, 40)) for value in (0, 200)]
    rows = describer.describe([*flat, *photos])
    assert rows[0] @ rows[1] == pytest.approx(1, abs=1e-5)
    assert (rows[0] @ rows[2:].T < 0.3).all()


def test_a_row_of_gabor_holds_roots_of_means_then_of_deviations(photos: list[Picture]) -> None:
    row = GaborStatistics().describe(photos[:1])[0]
    found = responses(photos[0])
    expected = [one.mean() for scale in found for one in scale] + [one.std() for scale in found for one in scale]
    np.testing.assert_allclose(np.square(row[:-1] / row[0]), np.array(expected) / expected[0], rtol=1e-4)


def test_gist_knows_which_part_holds_the_structure() -> None:
    pixels = np.full((SIDE, SIDE, 3), 128, np.uint8)
    pixels[:32, 96:] = waves(10, 0).pixels[:32, 96:]
    row = Gist().describe([Picture(pixels, (SIDE, SIDE))])[0][:-1].reshape(-1, 4, 4)
    assert np.unravel_index(row.sum(axis=0).argmax(), (4, 4)) == (0, 3)


def test_a_mirrored_scene_has_the_mirrored_gist(photos: list[Picture]) -> None:
    mirrored = Picture(np.ascontiguousarray(photos[0].pixels[:, ::-1]), photos[0].size)
    ours, theirs = (row[:-1].reshape(SCALES, DIRECTIONS, 4, 4) for row in Gist().describe([photos[0], mirrored]))
    turned = theirs[:, (-np.arange(DIRECTIONS)) % DIRECTIONS, :, ::-1]
    np.testing.assert_allclose(turned, ours, atol=0.2 * ours.max())


def test_the_line_says_how_the_stripes_run() -> None:
    line = GaborStatistics().explain(waves(2.5, 90), waves(20, 120)).line
    assert line.startswith("The query's stripes are mostly very fine, level, the hit's mostly very coarse, falling to")


def test_a_grid_that_does_not_divide_the_responses_is_refused() -> None:
    with pytest.raises(ValueError, match="grid must be 1, 2, 4 or 8, not 3"):
        Gist(grid=3)
