"""Words that are asked for as they stand in names, labels and captions: `words:invoice 2021`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeGuard, TypeVar

from lookalike.errors import BadQuery
from lookalike.store import words

T = TypeVar("T")

PREFIX: Final = "words:"
MOST: Final = 64
"""Words of a question."""
_TERM: Final = re.compile(r'"([^"]*)"?|([^\s"]+)')


@dataclass(frozen=True)
class Term:
    """One word of a question, or several side by side; with `prefix` the last of its tokens may go on."""

    text: str
    tokens: tuple[str, ...]
    prefix: bool = False


def is_words(source: object) -> TypeGuard[str]:
    """Whether it asks for words."""
    return isinstance(source, str) and source.startswith(PREFIX)


def words_apart(sources: Sequence[T]) -> tuple[tuple[str, ...], list[T]]:
    """Sources that ask for words, and the rest."""
    return tuple(filter(is_words, sources)), [source for source in sources if not is_words(source)]


def terms_of(text: str) -> list[Term]:
    """Terms of `words:invoice 2021`, `words:inv*`, `words:"red apples"`; raises `BadQuery` where it says no word."""
    terms = list(dict.fromkeys(filter(_has_tokens, map(_term, _TERM.finditer(text.removeprefix(PREFIX))))))
    if not 0 < len(terms) <= MOST:
        raise BadQuery(
            f'words are asked for as {PREFIX}invoice 2021, {PREFIX}inv* or {PREFIX}"red apples", '
            f"1 to {MOST} of them, not {text[:80]!r}"
        )
    return terms


def _term(found: re.Match[str]) -> Term:
    if found[1] is not None:
        return Term(f'"{found[1]}"', tuple(words.phrase(found[1])))
    return Term(found[2], tuple(words.word(found[2])), found[2].endswith("*"))


def _has_tokens(term: Term) -> bool:
    return bool(term.tokens)
