"""Weights of channels by logistic stacking [Wolpert, Stacked generalization, Neural Networks 1992], none negative.

Pairs of a question and a picture are told apart by the scores of all channels; right and wrong ones weigh alike.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from lookalike.search.tuning.evidence import Evidence, Scores

WRONG = 20_000
"""Wrong pairs that are looked at, drawn at random from more; of right ones as many."""
STRENGTH = 10.0
"""Inverse of the ridge."""
LEAST = 0.01
"""Share of the whole below which a channel is left out."""


def stacked(evidence: Evidence, taught: NDArray[np.bool_], rng: np.random.Generator) -> dict[str, float]:
    """Weights, sum 1, of channels by what (q,) `taught` questions say; those that add nothing are left out."""
    pairs = evidence.counted & taught[:, None]
    right = _some(pairs & evidence.right, rng)
    wrong = _some(pairs & ~evidence.right, rng)
    names = list(evidence.asked)
    rows = np.array([np.concatenate([evidence.asked[name][right], evidence.asked[name][wrong]]) for name in names]).T
    is_right = np.arange(len(rows)) < len(right[0])
    kept = np.arange(len(names))
    while True:
        weights = _fitted(rows[:, kept], is_right)
        weights = weights / max(float(np.maximum(weights, 0).sum()), 1e-12)
        if (weights >= LEAST).all() or len(kept) == 1:
            return {names[at]: float(max(weight, 0)) or 1.0 for at, weight in zip(kept.tolist(), weights, strict=True)}
        kept = kept[weights >= LEAST] if (weights >= LEAST).any() else kept[:1]


def _fitted(rows: NDArray[np.float32], is_right: NDArray[np.bool_]) -> NDArray[np.float64]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=STRENGTH, max_iter=1000, class_weight="balanced").fit(rows, is_right)
    return np.asarray(model.coef_[0], np.float64)


def _some(pairs: NDArray[np.bool_], rng: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    questions, pictures = np.nonzero(pairs)
    if len(questions) > WRONG:
        drawn = np.sort(rng.choice(len(questions), WRONG, replace=False))
        questions, pictures = questions[drawn], pictures[drawn]
    return questions, pictures


def weighed(scores: Mapping[str, Scores], weights: Mapping[str, float]) -> Scores:
    """Mean of the channels' scores by weight."""
    total = sum(weights.values())
    return np.asarray(sum(np.float32(weight / total) * scores[name] for name, weight in weights.items()), np.float32)
