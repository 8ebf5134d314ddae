"""A model of the user's own that sees and reads [Radford et al., Learning transferable visual models from natural
language supervision, ICML 2021; Zhai et al., Sigmoid loss for language image pre-training, ICCV 2023]."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lookalike.describe.question_words import nearest, telling_words
from lookalike.errors import WeightsError
from lookalike.models.towers.added import Added, added
from lookalike.models.towers.probe import run_reading, run_seeing, session_of
from lookalike.registry import digest
from lookalike.types import Picture, Space, Vectors

Row = NDArray[np.float32]


@dataclass(frozen=True)
class Clip:
    """Rows of a CLIP or SigLIP that `lookalike models add` made known, for pictures and for texts (unit L2 norm)."""

    name: ClassVar[str] = "clip"
    revision: ClassVar[int] = 1
    compares: ClassVar[str] = "meaning"
    source: ClassVar[str] = "a model of your own (Radford et al., ICML 2021; Zhai et al., ICCV 2023)"
    unrelated: ClassVar[float] = 0.5
    """As of CLIP's; it differs between models, and none could be measured here."""

    model: str = ""
    """Name under which the model was added."""

    @property
    def added(self) -> Added:
        """The model; raises `WeightsError` where it is not known or has changed."""
        if not self.model:
            raise WeightsError(
                "clip needs a model of your own: `lookalike models add NAME FOLDER`, then clip:model=NAME"
            )
        return added(self.model)

    @property
    def weight_digests(self) -> tuple[str, ...]:
        """Digest of its files and of how they are run."""
        return (self.added.digest,)

    @property
    def space(self) -> Space:
        """As many dimensions as the model has, cosine."""
        return Space(self.name, digest(self), self.added.recipe.dim, "cosine")

    @property
    def min_side(self) -> int:
        """Shorter side of what it sees."""
        return self.added.recipe.seeing.shorter

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        """(n, d) unit rows. One by one: many graphs take no more at once, and 8-bit ones scale a batch together."""
        see = _seer(self.added.name, self.added.digest)
        return self._stacked([see(picture.pixels) for picture in pictures])

    def describe_text(self, texts: Sequence[str]) -> Vectors:
        """(n, d) unit rows; what is longer than the model reads is cut."""
        read = _reader(self.added.name, self.added.digest)
        return self._stacked([read(text) for text in texts])

    def explain_text(self, text: str, rows: Vectors) -> list[str]:
        """For each of (n, d) rows the words of the text that are nearest to it."""
        words = telling_words(text)
        return [nearest(words, own) for own in rows @ self.describe_text(words).T]

    def _stacked(self, rows: Sequence[Row]) -> Vectors:
        return np.array(rows, np.float32).reshape(len(rows), self.added.recipe.dim)


@cache
def _seer(name: str, digest: str) -> Callable[[NDArray[np.uint8]], Row]:  # noqa: ARG001  a model added anew is another
    model = added(name)
    seeing = model.recipe.seeing
    return partial(run_seeing, session_of(model.root / seeing.files[0]), seeing)


@cache
def _reader(name: str, digest: str) -> Callable[[str], Row]:  # noqa: ARG001
    model = added(name)
    reading = model.recipe.reading
    return partial(run_reading, session_of(model.root / reading.files[0]), reading, model.root)
