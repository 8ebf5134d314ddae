import numpy as np

from lookalike.search.calibration.near_duplicates import JUDGE, twins
from lookalike.types import Picture


def rows(*pictures):
    return JUDGE.describe([Picture(np.ascontiguousarray(pixels), pixels.shape[1::-1]) for pixels in pictures])


def test_a_picture_is_the_twin_of_itself_smaller_or_mirrored_and_of_no_other(photos):
    pixels = [photo.pixels for photo in photos]
    smaller = [np.repeat(np.repeat(each[::2, ::2], 2, axis=0), 2, axis=1) for each in pixels]
    mirrored = [each[:, ::-1] for each in pixels]
    count = len(pixels)
    found = twins(rows(*pixels), rows(*pixels, *smaller, *mirrored))
    assert found == [[at, count + at, 2 * count + at] for at in range(count)]


def test_upside_down_it_is_another_picture(photos):
    assert twins(rows(photos[0].pixels), rows(photos[0].pixels[::-1])) == [[]]
