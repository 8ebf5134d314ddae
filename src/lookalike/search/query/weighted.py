"""Parts of a question that count more or less than others, and those that answers should not be like."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from lookalike.errors import BadQuery
from lookalike.search.query.colours import is_palette
from lookalike.search.query.source import Source
from lookalike.search.query.texts import is_text
from lookalike.search.query.words import is_words

Kind: TypeAlias = Literal["picture", "text", "colours", "words"]

MOST: Final = 1e6
"""Weight from which on it is a slip of the pen."""
LONGEST: Final = 60
"""Characters of a part that a label or a message repeats."""


@dataclass(frozen=True, eq=False)
class Weighted:
    """A part of a question: a picture, `text:...`, `colour:...` or `words:...`, and how much it counts.

    Weights count relative to each other; a negative one is that of a part that answers should not be like. Raises
    `BadQuery` for 0, for NaN and for what is no number of reasonable size.
    """

    source: Source
    weight: float = 1.0
    label: str = ""
    """Name by which answers speak of it; '' for one made of the source."""

    def __post_init__(self) -> None:
        if not isinstance(self.weight, (int, float)) or not 0 < abs(self.weight) <= MOST or math.isnan(self.weight):
            raise BadQuery(
                f"the weight of {self.named} must be a number other than 0, of at most {MOST:.0f}, "
                f"not {self.weight}: leave out what should not count, and put a - before what answers should be unlike"
            )
        if self.kind == "words" and self.weight < 0:
            raise BadQuery("words are not taken away: leave such pictures out with --where 'not label = ...'")

    @property
    def kind(self) -> Kind:
        """Kind of the source."""
        return kind_of(self.source)

    @property
    def named(self) -> str:
        """The source as a person knows it."""
        return self.label or name_of_part(self.source)

    @property
    def written(self) -> str:
        """The part as the command line writes it, in short: '2:a.jpg', '- text:people'."""
        return f"{'- ' if self.weight < 0 else ''}{self._amount}{self.named}"

    @property
    def spelled(self) -> str:
        """The part with the whole of its source and without its sign: '2:photos/a.jpg'."""
        is_named = isinstance(self.source, (str, os.PathLike)) and not self.label
        return f"{self._amount}{os.fspath(self.source) if is_named else self.named}"  # type: ignore[arg-type]

    @property
    def _amount(self) -> str:
        return "" if abs(self.weight) == 1 else f"{abs(self.weight):g}:"


def kind_of(source: Source) -> Kind:
    """Kind of a source, by its prefix."""
    return (
        "text" if is_text(source) else "colours" if is_palette(source) else "words" if is_words(source) else "picture"
    )


def name_of_part(source: object) -> str:
    """A short name: text as it is, a path or a URL by its end, pixels and bytes by what they are."""
    if isinstance(source, (str, os.PathLike)):
        name = os.fspath(source)
        if isinstance(source, str) and kind_of(source) != "picture":
            return name if len(name) <= LONGEST else f"{name[:LONGEST]}..."
        return name.rstrip("/").rpartition("/")[2] or name
    return "array" if isinstance(source, np.ndarray) else "bytes" if isinstance(source, bytes) else "picture"


def check_parts(parts: Iterable[Weighted], *, others: bool) -> None:
    """Raises `BadQuery` where every part is a minus; `others`: whether the question has parts beside these."""
    signs = [part.weight > 0 for part in parts]
    if signs and not any(signs) and not others:
        raise BadQuery("every part of the question is a minus: name at least one picture, text or colour to be like")
