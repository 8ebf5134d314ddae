"""How sure an answer is, where the library knows what its scores are worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from lookalike.errors import BadQuery
from lookalike.protocols import Store
from lookalike.search.calibration.model import Calibration, key_of
from lookalike.search.ranking.channels import Channel
from lookalike.types import Answer, Space


@dataclass(frozen=True)
class Known:
    """A calibration, and whether it still holds for the library as it is."""

    calibration: Calibration
    holds: bool


def calibration_of(store: Store, channels: Sequence[Channel], proof: Space | None = None) -> Calibration | None:
    """Calibration of the score that these channels make, with or without proof; None where the library has none.

    Of a library that has grown much it is no more known.
    """
    known = known_calibration(store, channels, proof)
    return known.calibration if known is not None and known.holds else None


def known_calibration(store: Store, channels: Sequence[Channel], proof: Space | None = None) -> Known | None:
    """Calibration of that score, also where the library has outgrown it; None where nothing was."""
    text = store.calibration(key_of(channels, proof))
    if text is None:
        return None
    calibration = Calibration.of_json(text)
    return Known(calibration, calibration.holds_for(store.count_contents()))


def with_probability(answers: Sequence[Answer], calibration: Calibration | None) -> list[Answer]:
    """Identical is certain; else as calibrated, None without."""
    if calibration is None:
        return [replace(answer, probability=1.0) if answer.relation == "identical" else answer for answer in answers]
    stated = calibration.probability(np.array([answer.score for answer in answers]))
    return [
        replace(answer, probability=1.0 if answer.relation == "identical" else float(probability))
        for answer, probability in zip(answers, stated, strict=True)
    ]


def threshold_for(precision: float, calibration: Calibration | None) -> float:
    """The score from which on hits are right in that share of cases; raises `BadQuery` where none is known."""
    check_precision(precision)
    known = needed(calibration)
    threshold = known.threshold(precision)
    if threshold is None:
        raise BadQuery(
            f"no threshold of this library reaches a precision of {precision:g}; the highest is "
            f"{max(known.precisions):.3f}: ask for less, or calibrate with more --originals"
        )
    return threshold


def check_precision(precision: float) -> None:
    """Raises `BadQuery` for what is no share."""
    if not 0 < precision < 1:
        raise BadQuery(f"a precision is between 0 and 1, e.g. 0.99, not {precision:g}")


def needed(calibration: Calibration | None) -> Calibration:
    """Raises `BadQuery` where there is none."""
    if calibration is None:
        raise BadQuery(
            "the scores of this library are not calibrated: run `lookalike calibrate` "
            "(with the same --by, if any; again when the library has more than doubled)"
        )
    return calibration
