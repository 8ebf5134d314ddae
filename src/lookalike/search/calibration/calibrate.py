"""Worth of the scores of one library, by questions with known answers."""

from __future__ import annotations

import os

import numpy as np

from lookalike.search.calibration.fit import Fitted, fit
from lookalike.search.calibration.model import Claim, key_of
from lookalike.search.calibration.questions import Asker


def calibrate(asker: Asker, labels: str | os.PathLike[str] | None, originals: int, seed: int) -> dict[str, Fitted]:
    """Calibrations by the key under which they are kept: of looks alone and, last, with proof where there is one.

    Empty where the questions were stopped.
    """
    rng = np.random.default_rng(seed)
    claim: Claim = "copy" if labels is None else "class"
    worth = asker.copies(originals, seed) if labels is None else asker.classes(os.fspath(labels), rng)
    if worth is None:
        return {}
    pictures = len(asker.store.ids())
    fitted = {key_of(asker.channels): fit(worth.looks, claim, pictures, rng)}
    if worth.proved is not None and asker.prover.index is not None:
        fitted[key_of(asker.channels, asker.prover.index.space)] = fit(worth.proved, claim, pictures, rng)
    return fitted
