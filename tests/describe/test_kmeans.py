from __future__ import annotations

import numpy as np
from sklearn.cluster import KMeans as Reference

from lookalike.describe.kmeans import KMeans
from lookalike.types import Picture


def test_centres_are_as_near_as_those_of_the_slow_method(faces: list[Picture]) -> None:
    describer = KMeans(components=5)
    seen = describer.seen.describe(faces)
    centres = describer.fit(seen).arrays["parts"]
    ours = np.square(np.linalg.norm(seen[:, None] - centres[None], axis=2).min(axis=1)).sum()
    assert ours < 1.1 * Reference(5, n_init=3, random_state=0).fit(seen).inertia_


def test_weights_say_which_centres_are_nearer_than_most(faces: list[Picture]) -> None:
    describer = KMeans(components=3, size=4)
    arrays = {"parts": np.array([[0.0] * 16, [0.25] * 16, [1.0] * 16], np.float32)}
    weights = describer.weights(np.full(16, 0.1), arrays)  # 0.4, 0.6 and 3.6 away, 1.53 on average
    np.testing.assert_allclose(weights, np.array([1.1333, 0.9333, 0]) / 2.0667, atol=1e-4)


def test_a_picture_as_far_from_all_centres_has_even_weights() -> None:
    arrays = {"parts": np.array([[0.0] * 16, [1.0] * 16], np.float32)}
    np.testing.assert_array_equal(KMeans(components=2, size=4).weights(np.full(16, 0.5), arrays), [0.5, 0.5])
