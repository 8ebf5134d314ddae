"""The words of a question, `2:a.jpg text:wooden - 0.5:b.jpg`, read as its parts: docs/questions.md has the grammar."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias, cast

from lookalike.errors import BadQuery
from lookalike.search.query.query import Query, sorted_by_kind
from lookalike.search.query.source import Source
from lookalike.search.query.weighted import LONGEST, Weighted, kind_of
from lookalike.search.query.words import words_apart

Exists: TypeAlias = Callable[[str], bool]
"""Whether a file has that name."""

Asked: TypeAlias = "Source | Weighted | Sequence[Source | Weighted]"
MINUS: Final = "-"
_WEIGHT: Final = re.compile(
    r"(?P<weight>[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|[+-]?(?:nan|inf(?:inity)?)):(?P<rest>.+)",
    re.IGNORECASE | re.DOTALL,
)
_SURE: Final = ("./", "../", "/")
"""Beginnings by which a name is told from a prefix: `./2:a.jpg` is a file, `2:./a.jpg` has a weight."""


@dataclass(frozen=True)
class Word:
    """A word of a question: the source that it names, its weight as a plus or a minus, and whether one was written."""

    source: str
    weight: float = 1.0
    is_weighted: bool = False

    @property
    def part(self) -> str | Weighted:
        """The source alone where it counts once, else with its weight."""
        return Weighted(self.source, self.weight) if self.is_weighted else self.source


def read(word: str, exists: Exists = os.path.lexists) -> Word:
    """A word with its weight, if it has one.

    Raises `BadQuery` for a weight that is none, and, with both readings, for a word that may also be the name of a file
    that is there.
    """
    found = None if word.startswith(_SURE) else _WEIGHT.fullmatch(word)
    if found is None:
        if kind_of(word) != "picture" and exists(word):
            raise _ambiguous(word, f"{_short(word)!r} as {kind_of(word)}", "add a space behind the colon")
        return Word(word)
    rest = found["rest"]
    if exists(word):
        if rest.startswith(_SURE):
            pass  # only a weight is written so
        elif kind_of(rest) == "picture" and not _is_remote(rest) and not exists(rest):
            return Word(word)  # there is nothing else that it can mean
        else:
            other = f"{_short(rest)!r} counted {found['weight']} times"
            raise _ambiguous(word, other, _with_weight(found["weight"], rest))
    return Word(rest, _weight(found["weight"], word), is_weighted=True)


def signed(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Words that answers should be like, and those of which a - before them says the opposite.

    A - that comes first or last is a picture on stdin.
    """
    plus: list[str] = []
    minus: list[str] = []
    signs = {at for at in range(1, len(words) - 1) if words[at] == MINUS}
    for at, word in enumerate(words):
        if at - 1 in signs:
            minus.append(word)
            signs.discard(at)
        elif at not in signs:
            plus.append(word)
    return plus, minus


def written(plus: Sequence[Word], minus: Sequence[Word]) -> list[str]:
    """Words that are read as these parts."""
    return [*map(_written, plus), *(each for word in minus for each in (MINUS, _written(word)))]


def query_of(sources: Sequence[Asked], minus: Asked, *, like: Any, unlike: Any, **rest: Any) -> Query:
    """The question about these sources, sorted by their kinds; `rest` are the other fields of `Query`."""
    plain, away, parts = apart([each for source in sources for each in weighed(source)], weighed(minus))
    words, others = words_apart(plain)
    views, texts, colours = sorted_by_kind(others)
    return Query(views, texts, colours, words, tuple(away), parts, _paths(like), _paths(unlike), **rest)


def _paths(paths: Any) -> tuple[str, ...]:
    return tuple(map(os.fspath, [paths] if isinstance(paths, (str, os.PathLike)) else paths))


def weighed(sources: Asked) -> list[Source | Weighted]:
    """Sources, one or several, as `read` reads those that are text; others as they are."""
    several = sources if isinstance(sources, (list, tuple)) else [cast("Source | Weighted", sources)]
    return [read(source).part if isinstance(source, str) else source for source in several]


def apart(
    plus: Sequence[Source | Weighted], minus: Sequence[Source | Weighted]
) -> tuple[list[Source], list[Source], tuple[Weighted, ...]]:
    """Sources that count once, those that answers should not be like, and parts with weights of their own."""
    parts = [each for each in plus if isinstance(each, Weighted)]
    away = [replace(each, weight=-abs(each.weight)) for each in minus if isinstance(each, Weighted)]
    plain, unlike = ([each for each in some if not isinstance(each, Weighted)] for some in (plus, minus))
    return plain, unlike, (*parts, *away)


def _written(word: Word) -> str:
    rest = word.source
    if not word.is_weighted:
        return f"./{rest}" if _WEIGHT.fullmatch(rest) and not rest.startswith(_SURE) else rest
    return f"{word.weight!r}:{rest}"


def _weight(text: str, word: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise BadQuery(
            f"{_short(word)!r} has the weight {text}: a weight is a number above 0, as in 2:a.jpg; leave out what "
            "should not count, and put a - of its own before what answers should not be like"
        )
    return value


def _ambiguous(word: str, other: str, how: str) -> BadQuery:
    return BadQuery(
        f"{_short(word)!r} may be the file of that name, or {other}: write './{_short(word)}' for the file, or {how}"
    )


def _with_weight(weight: str, rest: str) -> str:
    if kind_of(rest) != "picture":
        return "add a space behind the last colon"
    if _is_remote(rest):
        return "ask from a folder that has no such file"
    return f"'{weight}:./{_short(rest)}' for the weight"


def _is_remote(word: str) -> bool:
    return word.lower().startswith(("http://", "https://")) or word == MINUS


def _short(word: str) -> str:
    return word if len(word) <= LONGEST else f"{word[:LONGEST]}..."
