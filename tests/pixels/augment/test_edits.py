"""Every edit on a real photo: repeatable, pure, and true to the transform that it states."""

import cv2
import numpy as np
import pytest
import skimage.data

from lookalike.pixels.augment import EDITS, edit

PHOTO = np.ascontiguousarray(skimage.data.astronaut()[:400, :, :])
OTHER = skimage.data.coffee()
SMALLEST = np.full((1, 1, 3), 7, np.uint8)


@pytest.mark.parametrize("name", EDITS)
def test_the_same_seed_makes_the_same_copy_and_leaves_the_original_alone(name):
    before = PHOTO.copy(), OTHER.copy()
    one, again, another = (edit(name, PHOTO, seed, OTHER) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one.pixels, again.pixels)
    np.testing.assert_array_equal(one.transform, again.transform)
    if name not in ("grey", "flip"):  # these leave nothing to chance
        assert one.pixels.shape != another.pixels.shape or (one.pixels != another.pixels).any()
    np.testing.assert_array_equal(PHOTO, before[0])
    np.testing.assert_array_equal(OTHER, before[1])
    assert one.pixels.dtype == np.uint8
    assert one.pixels.ndim == 3
    assert one.pixels.flags.c_contiguous
    assert one.pixels.shape != PHOTO.shape or (one.pixels != PHOTO).any()


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", EDITS)
def test_the_transform_leads_back_to_the_original(name, seed):
    """What the original shows where the transform points is what the copy shows: correlation of the grey, no shift."""
    copy = edit(name, PHOTO, seed, OTHER)
    height, width = copy.pixels.shape[:2]
    seen = cv2.warpPerspective(
        PHOTO, copy.transform, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    )  # copy px -> original px
    inside = cv2.warpPerspective(
        np.full(PHOTO.shape[:2], 255, np.uint8), copy.transform, (width, height), flags=cv2.WARP_INVERSE_MAP
    )
    mine, theirs = (cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(float) for pixels in (copy.pixels, seen))
    mask = inside == 255
    assert mask.mean() > 0.1
    here = np.corrcoef(mine[mask], theirs[mask])[0, 1]
    assert here > (0.5 if name in ("strong", "box", "text", "brightness", "contrast") else 0.9)
    shifted = [
        np.corrcoef(
            mine[mask & np.roll(mask, step, axis)], np.roll(theirs, step, axis)[mask & np.roll(mask, step, axis)]
        )
        for step, axis in ((4, 0), (-4, 0), (4, 1), (-4, 1))
    ]
    assert here > max(found[0, 1] for found in shifted)


@pytest.mark.parametrize("name", ["scale", "crop", "flip", "rotation", "border", "letterbox", "screenshot", "collage"])
def test_a_marked_pixel_lands_where_the_transform_says_to_half_a_pixel(name):
    marked = np.full((301, 401, 3), 60, np.uint8)
    spot = np.array([200.0, 150.0])
    cv2.circle(marked, (200, 150), 9, (255, 255, 255), -1)
    for seed in range(12):
        copy = edit(name, marked, seed, np.full((200, 300, 3), 60, np.uint8))
        white = (copy.pixels.min(axis=2) > 60) & (copy.pixels.min(axis=2) >= copy.pixels.max(axis=2))
        place = np.linalg.inv(copy.transform) @ [*spot, 1]
        if not (20 < place[0] < copy.pixels.shape[1] - 20 and 20 < place[1] < copy.pixels.shape[0] - 20):
            continue  # cut off
        x, y = place[:2]
        window = np.zeros(white.shape, bool)
        window[round(y) - 12 : round(y) + 13, round(x) - 12 : round(x) + 13] = True
        weight = np.where(white & window, copy.pixels[..., 0].astype(float) - 60, 0)
        rows, columns = np.indices(white.shape)
        found = np.array([(weight * columns).sum(), (weight * rows).sum()]) / weight.sum()
        np.testing.assert_allclose(found, [x, y], atol=0.5)


@pytest.mark.parametrize("name", EDITS)
def test_the_smallest_picture_has_copies_too(name):
    for seed in range(5):
        copy = edit(name, SMALLEST, seed, OTHER)
        assert copy.pixels.size
        assert np.isfinite(copy.transform).all()


def test_an_unknown_edit_is_refused_by_name():
    with pytest.raises(ValueError, match="no edit 'sepia'; known: jpeg, grey"):
        edit("sepia", PHOTO, 0, OTHER)
