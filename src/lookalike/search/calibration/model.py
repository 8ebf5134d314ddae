"""Worth of a score on the collection at hand: a probability, and the threshold that a precision needs."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lookalike.search.ranking.channels import Channel
from lookalike.types import Space

Claim = Literal["copy", "class", "judged"]
Form = Literal["isotonic", "logistic"]
GROWTH = 2.0
"""A library that is larger by this factor has so many more strangers that its calibration no longer holds."""

PROVED = 2
"""Raised by hand when what is proved scores otherwise: what was calibrated before says nothing of that."""


@dataclass(frozen=True)
class Calibration:
    """From the scores of questions with known answers, asked of one library.

    `claim` says of what the probability is: that a hit is a copy of what the query was made from, that it is of the
    query's class, or that it would be liked, were it judged. It lies on straight lines between knots (`scores`
    ascending, `probabilities`). `thresholds` fall, and taking every hit from there on was right in at least
    `precisions` of all cases, `recalls` of the answers among them. `log_loss` is of questions that had
    no part in fitting.

    `tail` tells how many strangers a picture that is not in the library brings: (u, rate, scale), where hits above a
    score t >= u come at rate * exp(-(t - u) / scale) a question; None where none was asked.
    """

    claim: Claim
    form: Form
    scores: tuple[float, ...]
    probabilities: tuple[float, ...]
    thresholds: tuple[float, ...]
    precisions: tuple[float, ...]
    recalls: tuple[float, ...]
    questions: int
    pictures: int
    log_loss: float
    tail: tuple[float, float, float] | None = None

    def probability(self, scores: NDArray[np.floating]) -> NDArray[np.float64]:
        """(k,) that each hit is right."""
        return np.asarray(np.interp(scores, self.scores, self.probabilities))

    def threshold(self, precision: float) -> float | None:
        """The lowest score from which on hits were right in at least that share of cases, or None."""
        reached = [score for score, found in zip(self.thresholds, self.precisions, strict=True) if found >= precision]
        return min(reached, default=None)

    def recall(self, precision: float) -> float:
        """Share of all answers found at the threshold of that precision; 0.0 where there is none."""
        pairs = zip(self.precisions, self.recalls, strict=True)
        return max((recall for found, recall in pairs if found >= precision), default=0.0)

    def strangers(self, score: float) -> float | None:
        """Wrong hits above `score` that a question without an answer brings on average; None where unknown."""
        if self.tail is None or score < self.tail[0]:
            return None
        start, rate, scale = self.tail
        return float(rate * np.exp(-(score - start) / scale))

    def holds_for(self, pictures: int) -> bool:
        """Whether a library of so many pictures is still the one it was made on."""
        return pictures <= GROWTH * self.pictures

    def to_json(self) -> str:
        """As `of_json` reads it."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def of_json(cls, text: str) -> Calibration:
        """As `to_json` wrote it."""
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in json.loads(text).items()
        }
        return cls(**values)


def key_of(channels: Sequence[Channel], proof: Space | None = None) -> str:
    """Names the score that these channels make together, with proof by the local features of that space, or without.

    Another weight or describer makes another one.
    """
    total = sum(channel.weight for channel in channels)
    shares = sorted(
        (c.describer.space.digest, round(c.weight / total, 6), *([c.sharpness] if c.sharpness != 1 else []))
        for c in channels
        if c.weight > 0
    )
    named = shares if proof is None else [shares, proof.digest, PROVED]
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()[:16]
