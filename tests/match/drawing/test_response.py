"""Maps are warm where the template fits, and frame what was found as it is turned."""

import math
import tracemalloc

import numpy as np
import skimage.data

from lookalike.match.drawing.response import heat_map
from lookalike.match.locate.exact import Exact
from lookalike.types import Located, Picture, Placement

PHOTO = np.ascontiguousarray(skimage.data.coffee())


def picture(pixels):
    return Picture(np.ascontiguousarray(pixels), pixels.shape[1::-1])


def test_it_is_warm_only_where_the_middle_of_the_place_is():
    image = picture(PHOTO)
    drawn = heat_map(image, Exact().locate(picture(PHOTO[150:214, 220:300]), image)).astype(int)
    warm = drawn[:, :, 0] - drawn[:, :, 2] > 60
    rows, columns = np.nonzero(warm)
    assert warm[182, 255:265].any()
    assert warm.mean() < 0.02
    assert abs(np.median(rows) - 182) <= 10
    assert abs(np.median(columns) - 260) <= 10


def test_a_turned_place_is_framed_by_its_own_corners():
    image = picture(np.zeros((200, 300, 3), np.uint8))
    response = np.zeros((200, 300), np.float32)
    place = Placement((100.0, 80.0, 80.0, 40.0), 0.9, 1.0, math.radians(90))
    drawn = heat_map(image, Located((place,), True, response))
    bright = (drawn == 255).all(axis=2)
    rows, columns = np.nonzero(bright)
    edges = [columns.min(), columns.max(), rows.min(), rows.max()]
    np.testing.assert_allclose(edges, [120, 160, 60, 140], atol=2)  # the middle is at (140, 100), the sides 40 and 80
    assert bright[100, 142:158].all()  # its upper edge, turned clockwise by a quarter, is on the right
    assert not bright[100, 122:138].any()


def test_a_map_of_a_large_picture_takes_little_beside_the_scores():
    response = np.random.default_rng(0).random((3000, 4000), dtype=np.float32)
    image = Picture(np.zeros((3000, 4000, 3), np.uint8), (4000, 3000))
    tracemalloc.start()
    try:
        heat_map(image, Located((), True, response))
        assert tracemalloc.get_traced_memory()[1] < 1.8 * response.nbytes
    finally:
        tracemalloc.stop()
