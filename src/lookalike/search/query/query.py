"""A question as one value, built alike by the command line, by Python and by a server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias, cast

from lookalike.errors import BadQuery
from lookalike.search.query.colours import is_palette
from lookalike.search.query.source import Source
from lookalike.search.query.texts import PREFIX, check_language, check_text, is_text
from lookalike.search.query.things import Things
from lookalike.search.query.weighted import Weighted, check_parts
from lookalike.types import Box

Weights: TypeAlias = Mapping[str, float] | Sequence[str]
"""A weight of each channel by its name, or names of channels, which count alike."""


@dataclass(frozen=True, eq=False)
class Query:
    """The whole question to a library.

    `views` are pictures of one thing; the view that is most alike counts. `texts` ask by meaning, `colours` by palette
    (`colour:teal=0.7,#fff=0.3`), `words` by what names, labels and captions say (`words:invoice 2021`); these count
    alike. Answers should not be like any of `minus`,
    pictures, texts or colours: half of the similarity to the most alike of them is taken away. `parts` are any of these
    with weights of their own, relative to the 1 of all others; a negative one is a minus. `like` and `unlike` are paths
    of answers that were judged: liked ones draw the question to them, what is more like the others loses. `where`
    filters
    (docs/where.md). `by` gives weights to channels, NAME or NAME:FIELD=VALUE; None stands for the default weights.
    `crop` (x, y, w, h) px takes a part of a single picture. `orientations` asks mirrored and turned by quarters as
    well. `k` answers are wanted. Geometry verifies the best `verify` candidates; None stands for 50 where the library
    keeps local features, else 0. `collapse` folds near duplicates under one answer. `precision` leaves out answers that
    score too low to be right in that share of cases. `thorough` looks again, by networks, at the best candidates of
    which nothing is proved: other seasons, light and viewpoints. `fuse` names the fuser. `profile`
    names weights that `tune` learned, in place of the default ones, and `rerank` a re-ranker of the best candidates,
    NAME or NAME:FIELD=VALUE. `lang` is the language of the texts. With `things`, answers are objects, labels or folders
    in place of pictures. `names` are those by which answers speak of `views`, then of pictures of `minus`, in place of
    their own.

    Raises `BadQuery` where the parts do not go together.
    """

    views: tuple[Source, ...] = ()
    texts: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    minus: tuple[Source, ...] = ()
    parts: tuple[Weighted, ...] = ()
    like: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    where: str | None = None
    by: Mapping[str, float] | None = None
    crop: Box | None = None
    orientations: bool = False
    k: int = 20
    verify: int | None = None
    collapse: bool = False
    precision: float | None = None
    thorough: bool = False
    fuse: str = "weighted"
    profile: str | None = None
    rerank: str | None = None
    lang: str | None = None
    things: Things | None = None
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        plain = bool(self.views or self.texts or self.colours or self.words)
        check_parts(self.parts, others=plain)
        check_language(self.lang)
        if not (plain or self.parts):
            raise BadQuery("search needs a picture (a file, a URL, bytes, an array or a PIL image), a text or colours")
        if self.k < 1 or (self.verify is not None and self.verify < 0):
            raise BadQuery(f"k must be 1 or more and verify not negative, not {self.k} and {self.verify}")
        if self.orientations and self.precision is not None:
            raise BadQuery("scores are calibrated on upright pictures: ask for a precision, or for any orientation")
        if self.thorough and self.precision is not None:
            raise BadQuery("scores are calibrated without a second look: leave out precision, or thorough")
        if self.thorough and not (self.views or self._has("picture")):
            raise BadQuery("a thorough search looks again at pictures: ask about one, or leave out thorough")
        if self.profile is not None and self.by is not None:
            raise BadQuery("a profile has weights of its own: name channels with by, or a profile, not both")
        if (self.like or self.unlike) and self.precision is not None:
            raise BadQuery(
                "scores are calibrated without judgements: ask for a precision, or leave out like and unlike"
            )
        if self.is_minus and self.precision is not None:
            raise BadQuery("scores are calibrated without minus: ask for a precision, or leave something out")
        if self._has("words", self.words) and self.precision is not None:
            raise BadQuery("words rank, and their scores do not say how likely a picture is meant: leave out precision")
        colours, texts = self._has("colours", self.colours), self._has("text", self.texts)
        if self.crop is not None and (colours or texts):
            kind = "colours have" if colours else "a text has"
            raise BadQuery(f"{kind} no parts: leave out the crop, or ask about a picture")
        if self.crop is not None and len(self.views) + self._has("picture") != 1:
            raise BadQuery("a crop goes with a single picture; crop the others yourself")
        if self.things is not None and (self.collapse or self.precision is not None):
            raise BadQuery("answers are brought together by thing already: leave out collapse and precision")
        weighted = [str(each.source).removeprefix(PREFIX) for each in self.parts if each.kind == "text"]
        for text in (*self.texts, *weighted):
            check_text(text.strip())
        if self.by is not None:
            object.__setattr__(self, "by", MappingProxyType(dict(self.by)))

    @property
    def is_minus(self) -> bool:
        """Whether answers should not be like something."""
        return bool(self.minus) or any(part.weight < 0 for part in self.parts)

    def _has(self, kind: str, plain: Sequence[Source] = ()) -> int:
        """How many parts of that kind answers should be like, `plain` ones included."""
        return len(plain) + sum(part.kind == kind and part.weight > 0 for part in self.parts)


def weights_of(by: Weights | None) -> Mapping[str, float] | None:
    """Weights by name; a single name is one channel."""
    if by is None or isinstance(by, Mapping):
        return by
    return dict.fromkeys([by] if isinstance(by, str) else by, 1.0)


def sorted_by_kind(
    sources: Sequence[Source | Sequence[Source]],
) -> tuple[tuple[Source, ...], tuple[str, ...], tuple[str, ...]]:
    """Pictures among `sources`, texts without their prefix, and colours; a list is several views."""
    flat = [each for source in sources for each in listed(source)]
    texts = tuple(source.removeprefix(PREFIX).strip() for source in flat if is_text(source))
    colours = tuple(source for source in flat if is_palette(source))
    return tuple(source for source in flat if not is_text(source) and not is_palette(source)), texts, colours


def listed(sources: Source | Sequence[Source]) -> tuple[Source, ...]:
    """One source, or several, as several."""
    return tuple(sources) if isinstance(sources, (list, tuple)) else (cast(Source, sources),)
