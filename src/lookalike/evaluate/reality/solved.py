"""Maps that are solved for at once, by the same protocol."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from lookalike.evaluate.reality.figures import Figures, Rows, measured
from lookalike.evaluate.reality.split import FOLDS, Mask, Split
from lookalike.learn.closed_form import Kind, LinearMap, principal, solved

SOLVED: Final[tuple[tuple[Kind, int], ...]] = (("discriminants", 1948), ("whitening", 2006))
SHRINKAGES: Final = (0.05, 0.1, 0.3, 0.5, 0.8)


def closed_form(split: Split, kind: Kind, dim: int) -> Figures:
    """Figures of a map that is solved for on each fold's principal components; its shrinkage is chosen by the folds."""
    starts = [principal(split.rows[split.known(fold)], dim) for fold in range(FOLDS)]
    best = max(SHRINKAGES, key=lambda shrinkage: _score(split, kind, shrinkage, starts))
    rows = [_mapped(split, kind, best, start, fold, split.test) for fold, start in enumerate(starts)]
    return Figures.of(rows, split.test_labels)


def _score(split: Split, kind: Kind, shrinkage: float, starts: Sequence[LinearMap]) -> float:
    """Mean MAP@R of the folds, each by the map of the others."""
    found = []
    for fold, start in enumerate(starts):
        left_out = split.folds == fold
        rows = _mapped(split, kind, shrinkage, start, fold, left_out)
        found.append(measured(rows, split.labels[left_out])["map@r"].mean())
    return float(np.mean(found))


def _mapped(split: Split, kind: Kind, shrinkage: float, start: LinearMap, fold: int, asked: Mask) -> Rows:
    """Unit rows of what is asked, by the map of the classes outside the fold."""
    known = split.known(fold)
    found = solved(kind, shrinkage, _reduced(split, start, known), split.labels[known])
    return found(_reduced(split, start, asked))


def _reduced(split: Split, start: LinearMap, chosen: Mask) -> Rows:
    return np.asarray((split.rows[chosen] - start.mean) @ start.matrix, np.float32)
