"""Parts of a query: pictures, a text, colours. Each is described by the channels that can read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Protocol

import numpy as np

from lookalike.describe.side import MIN_SIDE
from lookalike.describe.tongue import check_tongue
from lookalike.pixels.resize import resize
from lookalike.protocols import ColourDescriber, Describer, TextDescriber
from lookalike.search.query.colours import colours_of
from lookalike.search.query.source import Sample
from lookalike.search.query.texts import ENGLISH, reads
from lookalike.types import Picture, Vectors

SMALL: Final = 64
"""px: noise of a codec is averaged away, a hairline is not."""
PLAIN: Final = 3
"""Levels between the darkest and the lightest px of a plain picture, in each channel."""


class Part(Protocol):
    """Something that is asked about, in one or several views."""

    default_weights: ClassVar[Mapping[str, float]]
    """By name of a describer; any other counts 0 unless the query names it."""

    @property
    def unread(self) -> str:
        """Advice where no channel of the library can read the part."""

    unrelated: ClassVar[float | None]
    """Similarity of the part to an unrelated picture; None: as of two pictures."""

    def rows(self, describer: Describer) -> Vectors | None:
        """(views, d) rows; None where the describer has nothing to say about the part."""


@dataclass(frozen=True, eq=False)
class Pictures:
    """Views of one thing. A plain picture has no detail to compare: only describers of colours say something of it."""

    default_weights: ClassVar[Mapping[str, float]] = {"convnet": 1.0, "histogram": 0.1, "phash": 0.25}
    unread: ClassVar[str] = (
        "the picture is of one colour, and none of the channels asked compares colours: "
        "run `lookalike index PATH --describer histogram`, or leave out --by"
    )
    unrelated: ClassVar[float | None] = None

    samples: Sequence[Sample]

    def rows(self, describer: Describer) -> Vectors | None:
        if not isinstance(describer, ColourDescriber) and self.is_plain:
            return None
        return describer.describe([sample.picture(describer.min_side) for sample in self.samples])

    @property
    def is_plain(self) -> bool:
        """Whether every view shows one colour alone."""
        return all(is_plain(sample.picture(MIN_SIDE)) for sample in self.samples)


@dataclass(frozen=True, eq=False)
class Text:
    """Words, by their meaning. `lang` is their language, where it is said: channels that do not read it abstain."""

    default_weights: ClassVar[Mapping[str, float]] = {"clip": 100.0, "taught_words": 10.0, "class_words": 1.0}
    unrelated: ClassVar[float | None] = 0.0

    text: str
    lang: str | None = None

    @property
    def unread(self) -> str:
        """Advice where no channel reads words, or the language."""
        if not reads(ENGLISH, self.lang):
            return (
                f"no channel asked is known to read {self.lang!r}; class_words and taught_words read English alone: "
                "ask in English, or add a model that reads your language (`lookalike models add`)"
            )
        return (
            "none of the channels asked reads words: run `lookalike index PATH --describer class_words`, "
            "or leave out --by"
        )

    def rows(self, describer: Describer) -> Vectors | None:
        if not isinstance(describer, TextDescriber) or not reads(getattr(describer, "languages", ()), self.lang):
            return None
        if self.lang is None and getattr(describer, "languages", ()) == ENGLISH:
            check_tongue(self.text, describer.name)
        return describer.describe_text([self.text])


@dataclass(frozen=True, eq=False)
class Colours:
    """Colours and their shares."""

    default_weights: ClassVar[Mapping[str, float]] = {"palette": 1.0, "histogram": 0.1}
    unread: ClassVar[str] = (
        "colours are compared by the channels palette and histogram: name one of them with --by, leave out --by, "
        "or run `lookalike index PATH --describer palette`"
    )
    unrelated: ClassVar[float | None] = 0.0

    text: str

    def rows(self, describer: Describer) -> Vectors | None:
        if not isinstance(describer, ColourDescriber):
            return None
        return describer.describe_colours(*colours_of(self.text))


def is_plain(picture: Picture) -> bool:
    """Whether the picture shows one colour, give or take the noise of a codec."""
    height, width = picture.pixels.shape[:2]
    small = resize(picture.pixels, (min(width, SMALL), min(height, SMALL)))
    return bool((np.ptp(small.reshape(-1, 3), axis=0) <= PLAIN).all())
