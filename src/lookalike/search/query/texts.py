"""Words that are asked about."""

from __future__ import annotations

from typing import Final, TypeGuard

from lookalike.errors import BadQuery

PREFIX: Final = "text:"
LONGEST: Final = 1000
"""Characters: about as much as a network reads of a text; what is behind that would not count."""


def is_text(source: object) -> TypeGuard[str]:
    """Whether it asks by meaning."""
    return isinstance(source, str) and source.startswith(PREFIX)


def labelled(text: str) -> str:
    """The text as it is written among other queries."""
    return PREFIX + text


def check_text(text: str) -> None:
    """Raises `BadQuery` where the text holds no word, or more than is read."""
    if not any(char.isalnum() for char in text):
        raise BadQuery(f"a text to search for needs at least one word, as in {PREFIX}red apples in a box, not {text!r}")
    if len(text) > LONGEST:
        raise BadQuery(
            f"a text to search for has at most {LONGEST} characters, not {len(text)}: say in a sentence what is seen"
        )
