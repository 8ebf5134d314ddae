from __future__ import annotations

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from lookalike.learn.closed_form import discriminants, principal, whitening


@pytest.fixture
def labelled() -> tuple[np.ndarray, np.ndarray]:
    """300 rows (300, 20) of six classes whose spread is large along some directions and small along others."""
    rng = np.random.default_rng(0)
    labels = rng.permutation(np.arange(300) % 6)
    turned = np.linalg.qr(rng.normal(size=(20, 20)))[0]
    rows = rng.normal(size=(6, 20))[labels] + rng.normal(size=(300, 20)) * np.linspace(0.2, 3, 20)
    return np.asarray(rows @ turned, np.float32), labels


def within(rows: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Covariance within classes, one class at a time."""
    parts = [np.cov(rows[labels == each].T, bias=True) * (labels == each).sum() for each in np.unique(labels)]
    return np.sum(parts, axis=0) / (len(rows) - len(parts))


def test_whitened_classes_spread_alike_in_every_direction(labelled: tuple[np.ndarray, np.ndarray]) -> None:
    rows, labels = labelled
    found = whitening(rows, labels, 0.0)
    assert np.allclose(within((rows - found.mean) @ found.matrix, labels), np.eye(20), atol=1e-3)
    assert np.allclose(found.mean, rows.mean(axis=0), atol=1e-5)


def test_the_more_it_shrinks_the_less_it_changes(labelled: tuple[np.ndarray, np.ndarray]) -> None:
    rows, labels = labelled
    spreads = [np.linalg.cond(whitening(rows, labels, each).matrix) for each in (0.0, 0.1, 0.5, 1.0)]
    assert spreads == sorted(spreads, reverse=True)
    assert spreads[-1] == pytest.approx(1, abs=1e-3)
    half = whitening(rows, labels, 0.5).matrix
    spread = within(rows, labels)
    values, vectors = np.linalg.eigh(0.5 * spread + 0.5 * np.trace(spread) / 20 * np.eye(20))
    assert np.allclose(half, (vectors / np.sqrt(values)) @ vectors.T, atol=1e-3)


def test_discriminants_are_those_of_scikit_learn(labelled: tuple[np.ndarray, np.ndarray]) -> None:
    rows, labels = labelled
    ours = discriminants(rows, labels, 0.0)
    assert ours.matrix.shape == (20, 5)
    theirs = LinearDiscriminantAnalysis(solver="eigen").fit(rows, labels).scalings_[:, :5]
    cosines = np.linalg.svd(np.linalg.qr(ours.matrix)[0].T @ np.linalg.qr(theirs)[0], compute_uv=False)
    assert np.allclose(cosines, 1, atol=1e-3)  # of the same subspace
    mapped = (rows - ours.mean) @ ours.matrix
    assert np.allclose(within(mapped, labels), np.eye(5), atol=1e-3)


def test_principal_directions_come_by_variance_and_what_is_constant_is_none(
    labelled: tuple[np.ndarray, np.ndarray],
) -> None:
    rows = np.hstack([labelled[0], np.ones((300, 4), np.float32), labelled[0][:, :2]])
    found = principal(rows, 30)
    assert found.matrix.shape == (26, 20)
    variances = ((rows - found.mean) @ found.matrix).var(axis=0)
    assert (np.diff(variances) <= 1e-3).all()
    assert variances.sum() == pytest.approx(rows.var(axis=0).sum(), rel=1e-4)
    assert principal(rows, 7).matrix.shape == (26, 7)


def test_mapped_rows_have_unit_norm_and_the_mean_stays_zero(labelled: tuple[np.ndarray, np.ndarray]) -> None:
    rows, labels = labelled
    for found in (whitening(rows, labels, 0.3), discriminants(rows, labels, 0.3), principal(rows)):
        assert np.allclose(np.linalg.norm(found(rows), axis=1), 1, atol=1e-5)
        assert not found(found.mean[None]).any()


@pytest.mark.parametrize("case", ["equal rows", "one picture a class", "more directions than rows"])
def test_what_leaves_nothing_to_measure_stays_finite(case: str) -> None:
    rng = np.random.default_rng(0)
    rows = np.asarray(rng.normal(size=(12, 40)), np.float32)
    labels = np.arange(12) % 4
    if case == "equal rows":
        rows[:] = rows[0]
    if case == "one picture a class":
        labels = np.arange(12)
    for found in (whitening(rows, labels, 0.1), discriminants(rows, labels, 0.1), principal(rows)):
        assert np.isfinite(found(rows)).all()
