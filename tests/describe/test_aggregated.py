"""What gathers at visual words, beside slow loops and scikit-image."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from lookalike.describe import DESCRIBERS
from lookalike.describe.aggregated import Aggregated
from lookalike.describe.bow import BagOfWords
from lookalike.describe.fisher import FisherVector
from lookalike.describe.local_rows import LocalRows, rows_and_owners
from lookalike.describe.shared_words import Places, drawn
from lookalike.describe.vlad import ResidualSums
from lookalike.errors import NotFitted
from lookalike.types import Picture

KINDS = {"bow": {"components": 60}, "fisher": {"components": 4, "dims": 16}, "vlad": {"components": 8, "dims": 16}}


@pytest.fixture(scope="module")
def seen(photos: list[Picture]) -> np.ndarray:
    return np.asarray(LocalRows().describe(photos))


def fitted(name: str, seen: np.ndarray, **settings: object) -> Aggregated:
    describer = DESCRIBERS.make(name, KINDS[name] | settings)
    assert isinstance(describer, Aggregated)
    return describer.fit(seen)


def unit(row: np.ndarray) -> np.ndarray:
    return row / np.linalg.norm(row)


def turned_part(picture: Picture) -> Picture:
    """Most of it, turned by 20 degrees."""
    height, width = picture.pixels.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 20, 1.1)
    pixels = cv2.warpAffine(picture.pixels, turn, (width, height))[: height * 4 // 5]
    return Picture(np.ascontiguousarray(pixels), (pixels.shape[1], pixels.shape[0]))


@pytest.mark.parametrize("name", KINDS)
def test_a_part_that_is_turned_is_nearest_to_its_picture(name: str, seen: np.ndarray, photos: list[Picture]) -> None:
    describer = fitted(name, seen)
    cosines = describer.describe([turned_part(photo) for photo in photos]) @ describer.describe(photos).T
    assert (cosines.argmax(axis=1) == np.arange(len(photos))).sum() >= len(photos) - 1  # one is a few clouds of smoke


@pytest.mark.parametrize("name", KINDS)
def test_a_fit_depends_on_its_rows_and_seed_alone(name: str, seen: np.ndarray) -> None:
    first = fitted(name, seen)
    assert first == fitted(name, seen)
    assert first != fitted(name, seen[1:])
    assert not all(np.array_equal(array, first.arrays[key]) for key, array in fitted(name, seen, seed=1).arrays.items())


def test_a_bag_holds_roots_of_counts_times_rarity(seen: np.ndarray, photos: list[Picture]) -> None:
    bag = fitted("bow", seen)
    words = bag.arrays["words"]
    features, owners = rows_and_owners(seen, 128)
    has = np.zeros((len(photos), 60), bool)
    for feature, owner in zip(features, owners, strict=True):
        has[owner, np.linalg.norm(feature - words, axis=1).argmin()] = True
    expected = np.zeros(60)
    for feature in bag.seen.rows(photos[0]):
        expected[np.linalg.norm(feature - words, axis=1).argmin()] += 1
    rarity = np.log((1 + len(photos)) / (1 + has.sum(axis=0))) + 1e-3
    np.testing.assert_allclose(bag.describe(photos[:1])[0, :-1], unit(np.sqrt(expected) * rarity), atol=1e-5)
    plain = fitted("bow", seen, root=False)
    np.testing.assert_allclose(plain.describe(photos[:1])[0, :-1], unit(expected * rarity), atol=1e-5)


@pytest.mark.parametrize("norm", ["intra", "power"])
def test_residuals_are_summed_word_by_word(norm: str, seen: np.ndarray, photos: list[Picture]) -> None:
    vlad = fitted("vlad", seen, norm=norm)
    arrays = vlad.arrays
    sums = np.zeros((8, 16))
    for feature in vlad.seen.rows(photos[2]):
        along = arrays["axes"].astype(np.float64) @ (feature - arrays["mean"])
        word = np.linalg.norm(along - arrays["words"], axis=1).argmin()
        sums[word] += along - arrays["words"][word]
    if norm == "intra":
        sums = np.array([unit(row) if row.any() else row for row in sums])
    else:
        sums = np.sign(sums) * np.abs(sums) ** 0.5
    np.testing.assert_allclose(vlad.describe([photos[2]])[0, :-1], unit(sums.ravel()), atol=1e-5)


def test_fisher_vectors_are_those_of_scikit_image(seen: np.ndarray, photos: list[Picture]) -> None:
    from skimage.feature import fisher_vector
    from sklearn.mixture import GaussianMixture

    fisher = fitted("fisher", seen)
    arrays = fisher.arrays
    mixture = GaussianMixture(4, covariance_type="diag")
    mixture.weights_, mixture.means_ = arrays["shares"].astype(float), arrays["words"].astype(float)
    mixture.covariances_ = arrays["variances"].astype(float)
    mixture.precisions_cholesky_ = 1 / np.sqrt(mixture.covariances_)
    rows = (fisher.seen.rows(photos[3]) - arrays["mean"]) @ arrays["axes"].T
    theirs = fisher_vector(rows.astype(float), mixture, improved=True)[4:].reshape(2, 4, 16)
    theirs[1] *= -1  # it takes the gradient by variances with the other sign
    ours = fisher.describe([photos[3]])[0, :-1].reshape(4, 2, 16).transpose(1, 0, 2)
    np.testing.assert_allclose(ours, theirs / np.linalg.norm(theirs), atol=1e-4)


def test_the_mixture_is_at_its_optimum(seen: np.ndarray) -> None:
    """At its optimum the gradient over everything that it was fitted to is nearly none."""
    fisher = fitted("fisher", seen)
    features, _ = rows_and_owners(seen, 128)
    along = ((features - fisher.arrays["mean"]) @ fisher.arrays["axes"].T).astype(np.float32)
    whole = fisher.gathered(along, fisher.arrays)
    part = fisher.gathered(along[:64], fisher.arrays)
    assert np.linalg.norm(np.square(whole)) < 0.1 * np.linalg.norm(np.square(part))


def test_a_picture_without_features_is_like_no_other_but_its_kind(seen: np.ndarray, photos: list[Picture]) -> None:
    flat = [Picture(np.full((90, 90, 3), level, np.uint8), (90, 90)) for level in (10, 200)]
    for name in KINDS:
        describer = fitted(name, seen)
        rows = describer.describe([*flat, photos[0]])
        assert rows[0] @ rows[1] == pytest.approx(1)
        assert abs(rows[0] @ rows[2]) < 0.01


def test_some_features_of_each_picture_are_learned_from(photos: list[Picture]) -> None:
    some = LocalRows(each=10)
    features, owners = rows_and_owners(np.asarray(some.describe(photos[:2])), 128)
    np.testing.assert_array_equal(np.bincount(owners), [10, 10])
    every = some.rows(photos[1])
    assert all((every == feature).all(axis=1).any() for feature in features[10:])
    blank = Picture(np.zeros((50, 50, 3), np.uint8), (50, 50))
    assert not some.describe([blank]).any()


def test_places_and_rows_are_the_extractors_and_found_once_a_picture(photos: list[Picture]) -> None:
    picture = Picture(photos[1].pixels, photos[1].size)
    some = LocalRows()
    features = some.extractor.extract(picture)
    np.testing.assert_array_equal(some.rows(picture), features.descriptors)
    np.testing.assert_array_equal(some.places(picture), features.keypoints.xy)
    assert np.shares_memory(some.places(picture), LocalRows(each=10).places(picture))
    assert not np.shares_memory(some.places(picture), LocalRows(max_keypoints=20).places(picture))


def test_words_are_drawn_where_they_lie(seen: np.ndarray, photos: list[Picture]) -> None:
    flat = Picture(np.full((90, 120, 3), 128, np.uint8), (120, 90))
    places = Places(flat, np.array([[20, 30], [90, 60], [60, 80]], np.float32), np.array([5, 7, 6]))
    sheet = drawn([places, places], np.array([5, 7]))
    marks = np.ptp(sheet.astype(int), axis=2) > 60  # in colour
    left = marks[:, : marks.shape[1] // 2]
    clusters, _, _, middles = cv2.connectedComponentsWithStats(left.astype(np.uint8))
    assert clusters == 3  # the ground, and a mark of each word that is asked for
    between = np.linalg.norm(middles[1] - middles[2]) / np.linalg.norm([70, 30])
    assert between == pytest.approx(2.5, rel=0.05)  # 300 px for 120
    explanation = fitted("bow", seen).explain(photos[0], turned_part(photos[0]))
    assert "share" in explanation.line
    assert explanation.picture is not None


def test_what_cannot_be_is_refused(seen: np.ndarray) -> None:
    with pytest.raises(ValueError, match="floats, not of bits"):
        BagOfWords(of="orb")
    with pytest.raises(ValueError, match="dims must be from 0 to the 128"):
        ResidualSums(dims=129)
    with pytest.raises(NotFitted, match="needs 400 local features to learn 400 words"):
        BagOfWords(components=400).fit(np.where(np.arange(seen.shape[1]) < 128 * 9, seen, 0))
    with pytest.raises(NotFitted, match="fisher needs 2 different pictures"):
        FisherVector().fit(np.repeat(seen[:1], 30, axis=0))
