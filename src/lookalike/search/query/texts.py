"""Words that are asked about."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final, TypeGuard

from lookalike.errors import BadQuery

PREFIX: Final = "text:"
LONGEST: Final = 1000
"""Characters: about as much as a network reads of a text; what is behind that would not count."""
ENGLISH: Final = ("en",)
"""Languages of a model that reads no other."""
_CODE: Final = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*", re.IGNORECASE)


def is_text(source: object) -> TypeGuard[str]:
    """Whether it asks by meaning."""
    return isinstance(source, str) and source.startswith(PREFIX)


def labelled(text: str) -> str:
    """The text as it is written among other queries."""
    return PREFIX + text


def check_language(lang: str | None) -> None:
    """Raises `BadQuery` where it is no code of a language, as `en`."""
    if lang is not None and not _CODE.fullmatch(lang):
        raise BadQuery(f"a language is named by its code, as en, not {lang!r}")


def reads(languages: Collection[str], lang: str | None) -> bool:
    """Whether a model that reads these languages, all where none is named, reads one of that code."""
    return lang is None or not languages or lang.lower().partition("-")[0] in languages


def check_text(text: str) -> None:
    """Raises `BadQuery` where the text holds no word, or more than is read."""
    said = [char for char in text if char.isalnum()]
    if len(said) == 1 and said[0].isascii():
        raise BadQuery(f"a text to search for says what is seen in a word or more, and {text!r} is one letter")
    if not said:
        raise BadQuery(f"a text to search for needs at least one word, as in {PREFIX}red apples in a box, not {text!r}")
    if len(text) > LONGEST:
        raise BadQuery(
            f"a text to search for has at most {LONGEST} characters, not {len(text)}: say in a sentence what is seen"
        )
