import numpy as np
import pytest

from lookalike.match.locate.peaks import placements, refined, tops


def greedy(response, size, k, overlap):
    """The definition: best first, each taking away what shares too much of the union."""
    left, found = response.astype(float), []
    ys, xs = np.mgrid[: response.shape[0], : response.shape[1]]
    for _ in range(k):
        y, x = np.unravel_index(np.argmax(left), left.shape)
        if left[y, x] == -np.inf:
            break
        found.append((int(x), int(y)))
        shared = np.maximum(size[0] - abs(xs - x), 0) * np.maximum(size[1] - abs(ys - y), 0)
        left[shared / (2 * size[0] * size[1] - shared) > overlap] = -np.inf
    return found


@pytest.mark.parametrize("overlap", [0.0, 0.3, 0.7])
@pytest.mark.parametrize("shape", [(150, 201), (64, 64), (5, 300), (1, 1)])
def test_places_are_those_of_the_definition(shape, overlap):
    response = np.random.default_rng(0).random(shape, np.float32)
    found = placements(response, (13, 9), 12, overlap)
    assert [(round(one.box[0]), round(one.box[1])) for one in found] == greedy(response, (13, 9), 12, overlap)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_the_response_is_left_as_it_was():
    response = np.random.default_rng(0).random((80, 80), np.float32)
    before = response.copy()
    placements(response, (5, 5), 9, 0.3)
    np.testing.assert_array_equal(response, before)


@pytest.mark.parametrize("top", [9.7, 10.0, 10.4])
def test_a_top_between_pixels_is_found(top):
    values = -((np.arange(20) - top) ** 2)
    at = int(np.argmax(values))
    assert at + refined(values, at) == pytest.approx(top)


def test_at_the_edge_and_on_a_plateau_nothing_is_refined():
    assert refined(np.array([3.0, 2.0, 1.0]), 0) == 0
    assert refined(np.array([1.0, 1.0, 1.0]), 1) == 0


@pytest.mark.parametrize("shape", [(7, 9), (8, 8), (1, 5), (6, 1), (1, 1)])
def test_the_best_of_every_two_by_two_come_best_first(shape):
    response = np.random.default_rng(0).random(shape, np.float32)
    expected = sorted(
        (float(response[y : y + 2, x : x + 2].max()) for y in range(0, shape[0], 2) for x in range(0, shape[1], 2)),
        reverse=True,
    )
    found = tops(response, (3, 4), 5)
    assert [one.score for one in found] == expected[:5]
    assert all(response[int(one.box[1]), int(one.box[0])] == np.float32(one.score) for one in found)
