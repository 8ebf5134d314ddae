"""The worth of the score of a class, learned from the labelled pictures, each asked about as if it had no label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lookalike.search.classes import Classes
from lookalike.search.classification.evidence import (
    Votes,
    features_of,
    similarities_to,
    stored_rows,
    usual_scores,
)

ASKED: Final = 400
"""Labelled pictures that are asked about at most."""
LEAST: Final = 20
"""Labelled pictures that are needed."""
RIGHT, OTHER, NONE = 0, 1, 2
"""Outcomes of a question: the best class is the right one, another one is, or none is."""


@dataclass(frozen=True, eq=False)
class Judge:
    """Probability of each outcome, given the scores of a question; `usual` is that of each class, by its name."""

    usual: Mapping[str, float]
    _model: Any

    @classmethod
    def of(cls, names: Sequence[str], scores: NDArray[np.float32], is_of: NDArray[np.bool_]) -> Judge | None:
        """Fitted to (q, c) scores of pictures without themselves; None where they have one outcome alone."""
        usual = usual_scores(scores, is_of)
        features, outcomes = questions(scores, is_of, usual)
        if len(set(outcomes.tolist())) < 2:
            return None
        return cls(dict(zip(names, usual.tolist(), strict=True)), fitted(features, outcomes))

    def probabilities(self, scores: NDArray[np.float32], names: Sequence[str]) -> NDArray[np.float64]:
        """(q, 3) that the best class is right, that another one is, and that none is, of (q, c) scores of classes."""
        told = np.zeros((len(scores), 3))
        if len(scores):
            usual = np.array([self.usual[name] for name in names], np.float64)
            told[:, self._model.classes_] = self._model.predict_proba(features_of(scores, usual))
        return told


def judge_of(votes: Votes, classes: Classes, seed: int = 0) -> Judge | None:
    """Fitted to labelled pictures, once without their own label and once without their whole class.

    So one in two is of none of the classes, as far as the odds go that it is fitted to. None where they are too few.
    """
    rng = np.random.default_rng(seed)
    places = np.sort(rng.permutation(len(classes.ids))[:ASKED])
    rows = stored_rows(votes.store, votes.channels, classes.ids[places])
    if len(places) < LEAST or len(classes.names) < 2 or not any(channel.weight > 0 for channel in rows):
        return None
    similarities = similarities_to(votes.store, rows, classes.ids)
    similarities[np.arange(len(places)), places] = np.nan
    scores = votes.scores(similarities, classes)
    is_of = np.stack([np.isin(places, members) for members in classes.members], axis=1)  # (q, c)
    return Judge.of(classes.names, scores, is_of)


def questions(
    scores: NDArray[np.float32], is_of: NDArray[np.bool_], usual: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """(m, 3) features and (m,) outcomes of questions: each with its class among (q, c) scores, and without it."""
    asked = np.arange(len(scores))
    answerable = (is_of & (scores >= 0)).any(axis=1)  # a picture that is alone in its class is of none without itself
    first = np.where(answerable, np.where(is_of[asked, scores.argmax(axis=1)], RIGHT, OTHER), NONE)
    without = np.where(is_of, np.float32(-1), scores)
    features = np.concatenate([features_of(scores, usual), features_of(without, usual)])
    return features, np.concatenate([first, np.full(len(scores), NONE)])


def fitted(features: NDArray[np.float64], outcomes: NDArray[np.int64]) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(features, outcomes)
