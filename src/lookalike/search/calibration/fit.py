"""Scores of questions with known answers into a calibration: isotonic or logistic, whichever predicts better."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadQuery
from lookalike.search.calibration.model import Calibration, Claim, Form

KNOTS = 64
"""Knots of a logistic curve."""
TAIL = 0.02
"""Share of the strangers' best scores that their tail is fitted to."""
LEAST = 20
"""Right hits, and wrong ones, that a calibration needs."""

Scores = NDArray[np.float64]
Flags = NDArray[np.bool_]
Curve = tuple[Scores, Scores]
"""Knots: scores ascending, and the probability at each."""


@dataclass(frozen=True, eq=False)
class Judged:
    """(m,) scores of hits, whether each is right, and which unit, numbered from 0, its question belongs to.

    `answers` is how many right ones there were to be found; `unanswered` (m,) whether the question had none, of which
    there were `empty`.
    """

    scores: Scores
    right: Flags
    unit: NDArray[np.int64]
    unanswered: Flags
    questions: int
    answers: int
    empty: int


@dataclass(frozen=True, eq=False)
class Fitted:
    """A calibration; and for hits that had no part in fitting, (h,) what it stated of each and whether it was right."""

    calibration: Calibration
    stated: Scores
    right: Flags


def fit(judged: Judged, claim: Claim, pictures: int, rng: np.random.Generator) -> Fitted:
    """Chosen by the log loss on units that were held out, then fitted to all [Platt 1999; Zadrozny & Elkan 2002].

    Raises `BadQuery` where there is too little to learn from.
    """
    more = "judge more answers" if claim == "judged" else "index more pictures"
    if min(judged.right.sum(), (~judged.right).sum()) < LEAST:
        raise BadQuery(
            f"{judged.right.sum()} right and {(~judged.right).sum()} wrong hits are too few to calibrate on: "
            f"{LEAST} of each are needed; {more}"
        )
    held = rng.permutation(int(judged.unit.max()) + 1) % 2 == 1
    out = held[judged.unit]
    if any(len(np.unique(judged.right[half])) < 2 for half in (out, ~out)):
        raise BadQuery(f"right and wrong hits are of too few questions to judge a calibration by half of them: {more}")
    forms: dict[Form, Callable[[Scores, Flags], Curve]] = {"isotonic": _isotonic, "logistic": _logistic}
    trials = {}
    for name, curve_of in forms.items():
        curve = curve_of(judged.scores[~out], judged.right[~out])
        trials[name] = np.interp(judged.scores[out], *curve)
    losses = {name: _log_loss(stated, judged.right[out]) for name, stated in trials.items()}
    form = min(losses, key=lambda name: losses[name])
    knots, probabilities = forms[form](judged.scores, judged.right)
    thresholds, precisions, recalls = _thresholds(judged)
    calibration = Calibration(
        claim,
        form,
        _tuple(knots),
        _tuple(probabilities),
        thresholds,
        precisions,
        recalls,
        judged.questions,
        pictures,
        losses[form],
        _tail(judged),
    )
    return Fitted(calibration, trials[form], judged.right[out])


def _isotonic(scores: Scores, right: Flags) -> Curve:
    from sklearn.isotonic import IsotonicRegression

    model = IsotonicRegression(y_min=0, y_max=1).fit(scores, right)
    return model.X_thresholds_, _clipped(model.y_thresholds_, right)


def _logistic(scores: Scores, right: Flags) -> Curve:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=np.inf, max_iter=1000).fit(scores[:, None], right)
    knots = np.linspace(0, 1, KNOTS)
    return knots, _clipped(model.predict_proba(knots[:, None])[:, 1], right)


def _clipped(probabilities: Scores, right: Flags) -> Scores:
    """Never surer than so many cases allow: after n of n the next one is right with (n + 1) / (n + 2) [Laplace]."""
    n_right, n_wrong = int(right.sum()), int((~right).sum())
    return np.clip(probabilities, 1 / (n_wrong + 2), (n_right + 1) / (n_right + 2))


def _log_loss(stated: Scores, right: Flags) -> float:
    return float(-np.log(np.where(right, stated, 1 - stated)).mean())


def _thresholds(judged: Judged) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    """The steps of precision, lowest threshold first taken; each counts one wrong hit more than was seen."""
    order = np.lexsort((judged.right, -judged.scores))
    scores, found = judged.scores[order], np.cumsum(judged.right[order])
    last_of_ties = np.append(scores[1:] != scores[:-1], True)
    at = np.flatnonzero(last_of_ties)
    precision, recall = found[at] / (at + 2), found[at] / judged.answers
    highest_below = np.maximum.accumulate(precision[::-1])[::-1]
    steps = np.flatnonzero(np.append(highest_below[:-1] > highest_below[1:], True))
    return _tuple(scores[at][steps]), _tuple(precision[steps]), _tuple(recall[steps])


def _tail(judged: Judged) -> tuple[float, float, float] | None:
    """Exceedances of high thresholds fall off exponentially [Pickands 1975; the mean excess as its scale]."""
    strangers = np.sort(judged.scores[judged.unanswered])[::-1]
    above = max(LEAST, int(TAIL * len(strangers)))
    if len(strangers) <= above:
        return None
    start = float(strangers[above])
    scale = float((strangers[:above] - start).mean())
    return (start, above / judged.empty, scale) if scale > 0 else None


def _tuple(values: NDArray[np.floating]) -> tuple[float, ...]:
    return tuple(round(float(value), 7) for value in values)
