"""Fisher vectors [Perronnin, Sanchez & Mensink, Improving the Fisher kernel for large-scale image classification, ECCV
2010]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.aggregated import Aggregated, Features
from lookalike.describe.learned import Arrays, Row, unconverged

ROUNDS: Final = 30
"""Rounds of expectation and maximisation, the most."""
LEAST: Final = 1e-6
"""Variance along a component, the least."""


@dataclass(frozen=True)
class FisherVector(Aggregated):
    """How a mixture of Gaussians would have to change to fit the features better: by their means and variances."""

    name: ClassVar[str] = "fisher"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "their small details, and how these are spread about typical ones"
    source: ClassVar[str] = "Perronnin, Sanchez & Mensink, Improving the Fisher kernel, ECCV 2010"
    unrelated: ClassVar[float] = 0.0

    components: int = 32

    @property
    def columns(self) -> int:
        return 2 * self.width

    @property
    def word_shapes(self) -> dict[str, tuple[int, ...]]:
        shape = (self.components, self.width)
        return {"shares": (self.components,), "variances": shape, "words": shape}

    def learn_words(self, features: Features, owners: NDArray[np.int64]) -> Mapping[str, NDArray[Any]]:  # noqa: ARG002
        """Gaussians with uncorrelated columns, begun by k-means."""
        from sklearn.mixture import GaussianMixture

        model = GaussianMixture(
            self.components,
            covariance_type="diag",
            reg_covar=LEAST,
            max_iter=ROUNDS,
            random_state=self.seed,
        )
        with unconverged():
            model.fit(features)
        return {"shares": model.weights_, "variances": model.covariances_, "words": model.means_}

    def assigned(self, features: Features, arrays: Arrays) -> NDArray[np.int64]:
        """The likeliest Gaussian."""
        return np.asarray(_responsibilities(features, arrays).argmax(axis=1), np.int64)

    def gathered(self, features: Features, arrays: Arrays) -> Row:
        """Signed roots of the gradient by means, then by deviations, each in the measure of its Fisher information."""
        means, variances, shares = (arrays[name].astype(np.float64) for name in ("words", "variances", "shares"))
        belongs = _responsibilities(features, arrays)
        ones, rows = belongs.sum(axis=0)[:, None], features.astype(np.float64)
        firsts, seconds = belongs.T @ rows, belongs.T @ np.square(rows)
        by_means = (firsts - ones * means) / np.sqrt(variances)
        by_deviations = (seconds - 2 * means * firsts + ones * np.square(means)) / variances - ones
        gradient = np.concatenate([by_means, by_deviations / np.sqrt(2)], axis=1) / np.sqrt(shares)[:, None]
        gradient /= len(features)
        return np.asarray(np.sign(gradient) * np.sqrt(np.abs(gradient)), np.float64)


def _responsibilities(features: Features, arrays: Arrays) -> NDArray[np.float64]:
    """(k, components) share of each Gaussian in each feature."""
    means, variances, shares = (arrays[name].astype(np.float64) for name in ("words", "variances", "shares"))
    rows, precisions = features.astype(np.float64), 1 / variances
    apart = (
        np.square(rows) @ precisions.T - 2 * rows @ (means * precisions).T + (np.square(means) * precisions).sum(axis=1)
    )
    likely = np.log(shares) - 0.5 * (np.log(variances).sum(axis=1) + apart)
    likely -= likely.max(axis=1, keepdims=True)
    weights = np.exp(likely)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float64)
