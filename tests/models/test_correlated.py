"""Canonical correlation, against scikit-learn and against what it is for."""

from __future__ import annotations

import numpy as np
from sklearn.cross_decomposition import CCA

from lookalike.models.correlated import correlated


def views(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two linear views of three hidden numbers, with noise."""
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=(count, 3)) * [3, 2, 1]
    x = hidden @ rng.normal(size=(3, 8)) + rng.normal(size=(count, 8))
    return x + 5, hidden @ rng.normal(size=(3, 6)) + rng.normal(size=(count, 6)) - 2


def test_without_ridges_correlations_are_those_of_scikit_learn() -> None:
    x, y = views(400)
    found = correlated(x, y, components=3, parts=8, ridges=(1e-9, 1e-9))
    a, b = (x - found.x_mean) @ found.x_map, (y - found.y_mean) @ found.y_map
    ours = [np.corrcoef(a[:, at], b[:, at])[0, 1] for at in range(3)]
    peer = CCA(n_components=3, max_iter=5000, tol=1e-10).fit(x, y)
    u, v = peer.transform(x, y)
    np.testing.assert_allclose(ours, [np.corrcoef(u[:, at], v[:, at])[0, 1] for at in range(3)], atol=1e-4)
    np.testing.assert_allclose(a.std(axis=0), ours, atol=1e-6)  # each coordinate by its correlation


def test_a_pair_that_was_not_seen_is_found_among_others() -> None:
    x, y = views(500)
    found = correlated(x[:400], y[:400], components=3, parts=8, ridges=(0.1, 0.1))
    a, b = (x[400:] - found.x_mean) @ found.x_map, (y[400:] - found.y_mean) @ found.y_map
    a, b = (each / np.linalg.norm(each, axis=1, keepdims=True) for each in (a, b))
    rank = ((a @ b.T) >= np.diag(a @ b.T)[:, None]).sum(axis=1)
    assert (rank <= 10).mean() > 0.6  # chance is 0.1


def test_fewer_pairs_than_dimensions_are_no_harm() -> None:
    x, y = views(5)
    found = correlated(x, y, components=64, parts=512, ridges=(3.0, 1.0))
    assert all(np.isfinite(each).all() for each in (found.x_map, found.y_map))
    assert found.x_map.shape == (8, 4)
    assert found.y_map.shape == (6, 4)
