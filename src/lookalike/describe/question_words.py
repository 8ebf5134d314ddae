"""Words of a question, and a clause on those of them that an answer agrees with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

TOLD: Final = 3
"""Words that a clause names."""
MOST: Final = 24
"""Words of a question that are looked at: each costs a pass of the network that reads."""
_WORD: Final = re.compile(r"\w[\w'’-]*")
_SMALL: Final = (
    " a an the this that these those some any and or but of in on at to from by for with without into onto over under "
    "is are was were be been being it its he she they them his her their there here as while who which what where "
    "one two three several many beside near next "
)
"""Words that say nothing alone."""


def telling_words(text: str) -> list[str]:
    """Words that say something alone, once each, in order; all of them where none does."""
    found = list(dict.fromkeys(_WORD.findall(text)))
    telling = [word for word in found if f" {word.lower()} " not in _SMALL]
    return (telling or found)[:MOST]


def agreement(words: Sequence[str], scores: NDArray[np.float32], least: float) -> str:
    """A clause that names the words that score `least` or more, the best first."""
    order = [at for at in np.argsort(-scores, kind="stable").tolist() if scores[at] >= least]
    if not order:
        return "no word of the question stands out"
    return "agrees with " + ", ".join(f"{words[at]} ({scores[at]:.2f})" for at in order[:TOLD])


def nearest(words: Sequence[str], scores: NDArray[np.float32]) -> str:
    """A clause that names the best words, where no score is known to be that of a stranger."""
    order = np.argsort(-scores, kind="stable")[:TOLD].tolist()
    return "nearest words of the question: " + ", ".join(f"{words[at]} ({scores[at]:.2f})" for at in order)
