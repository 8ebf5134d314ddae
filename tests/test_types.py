from __future__ import annotations

import pickle

import numpy as np
import pytest

from lookalike.types import Hits, Picture, Pixels, Space


def picture() -> Picture:
    return Picture(np.arange(24, dtype=np.uint8).reshape(2, 4, 3), (40, 20))


def test_hits_come_best_first_and_ties_by_id() -> None:
    ids = np.array([9, 3, 7, 5], np.int64)
    hits = Hits.ranked(ids, np.array([0.5, 0.5, 0.9, 0.5], np.float32))
    assert hits.ids.tolist() == [7, 3, 5, 9]
    assert hits.scores.tolist() == pytest.approx([0.9, 0.5, 0.5, 0.5])


def test_hits_are_cut_after_ranking_and_never_padded() -> None:
    ids, scores = np.array([4, 2, 8], np.int64), np.array([0.1, 0.3, 0.3], np.float32)
    assert Hits.ranked(ids, scores, 2).ids.tolist() == [2, 8]
    assert len(Hits.ranked(ids, scores, 10)) == 3
    assert len(Hits.ranked(ids, scores, 0)) == 0


@pytest.mark.parametrize("k", [0, 1, 3, 20, 59, 60, 70, None])
def test_the_best_of_many_are_the_first_of_all_in_order(k: int | None) -> None:
    rng = np.random.default_rng(0)
    ids, scores = rng.permutation(60), rng.integers(0, 6, 60).astype(np.float32)
    scores[rng.random(60) < 0.2] = np.nan
    hits = Hits.ranked(ids, scores, k)
    order = np.lexsort((ids, -scores))[:k]
    assert hits.ids.tolist() == ids[order].tolist()
    np.testing.assert_array_equal(hits.scores, scores[order])


def test_ranking_leaves_its_arguments_alone_and_gives_the_promised_types() -> None:
    ids, scores = np.array([4, 2], np.int32), np.array([0.1, 0.3])
    hits = Hits.ranked(ids, scores)  # type: ignore[arg-type]
    assert (hits.ids.dtype, hits.scores.dtype) == (np.dtype(np.int64), np.dtype(np.float32))
    assert ids.tolist() == [4, 2]
    assert scores.tolist() == [0.1, 0.3]


def test_a_plane_is_computed_once() -> None:
    calls = []

    def red(pixels: Pixels) -> Pixels:
        calls.append(pixels)
        return pixels[:, :, 0].copy()

    seen = picture()
    assert seen.plane("red", red) is seen.plane("red", red)
    assert len(calls) == 1


def test_planes_of_two_pictures_are_their_own() -> None:
    one, other = picture(), Picture(np.zeros((2, 4, 3), np.uint8), (4, 2))
    for seen in (one, other):
        np.testing.assert_array_equal(seen.plane("twice", lambda pixels: pixels // 2), seen.pixels // 2)


def test_a_plane_is_read_only() -> None:
    plane = picture().plane("copy", lambda pixels: pixels.copy())
    with pytest.raises(ValueError, match="read-only"):
        plane[0] = 0


def test_a_picture_travels_without_its_planes() -> None:
    seen = picture()
    seen.plane("copy", lambda pixels: pixels.copy())
    arrived = pickle.loads(pickle.dumps(seen))
    np.testing.assert_array_equal(arrived.pixels, seen.pixels)
    assert arrived.size == seen.size
    assert arrived.plane("copy", lambda pixels: pixels + 1)[0, 0, 0] == 1
    assert seen.plane("copy", lambda pixels: pixels + 1)[0, 0, 0] == 0


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
    ],
)
def test_what_is_no_picture_is_refused_with_its_shape(pixels: Pixels) -> None:
    with pytest.raises(ValueError, match=r"pixels must be \(h, w, 3\) uint8 and not empty, not \("):
        Picture(pixels, (4, 4))


def test_a_row_is_as_wide_as_its_dimensions_or_an_eighth_where_they_are_bits() -> None:
    cosine, hamming = Space("a", "0", 512, "cosine"), Space("b", "0", 64, "hamming")
    assert (cosine.columns, cosine.dtype) == (512, np.dtype(np.float32))
    assert (hamming.columns, hamming.dtype) == (8, np.dtype(np.uint8))


def test_spaces_are_equal_when_all_of_them_is() -> None:
    space = Space("a", "0", 512, "cosine")
    assert space == Space("a", "0", 512, "cosine")
    assert space != Space("a", "1", 512, "cosine")
