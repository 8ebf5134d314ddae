"""Worth of the scores of one library, by questions with known answers."""

from __future__ import annotations

from typing import Final

import numpy as np

from lookalike.search.calibration.fit import Fitted, fit
from lookalike.search.calibration.model import Claim, key_of
from lookalike.search.calibration.questions import Asker

COPIES: Final = "copies"
"""Edited copies of the library's own pictures, for their originals."""
JUDGEMENTS: Final = "judgements"
"""Answers that were liked, and not."""


def calibrate(asker: Asker, source: str, originals: int, seed: int) -> dict[str, Fitted]:
    """Calibrations by the key under which they are kept: of looks alone and, last, with proof where there is one.

    `source` is `copies`, of `originals` pictures, `judgements`, or what classes go by (`members_of`). Empty where the
    questions were stopped.
    """
    rng = np.random.default_rng(seed)
    claims: dict[str, Claim] = {COPIES: "copy", JUDGEMENTS: "judged"}
    claim = claims.get(source, "class")
    if claim == "copy":
        worth = asker.copies(originals, seed)
    else:
        worth = asker.judgements() if claim == "judged" else asker.classes(source, rng)
    if worth is None:
        return {}
    pictures = asker.store.count_contents()
    fitted = {key_of(asker.channels): fit(worth.looks, claim, pictures, rng)}
    if worth.proved is not None and asker.prover.index is not None:
        fitted[key_of(asker.channels, asker.prover.index.space)] = fit(worth.proved, claim, pictures, rng)
    return fitted
