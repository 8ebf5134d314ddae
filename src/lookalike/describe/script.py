"""Which script a text is written in, where that says that it cannot be English."""

from __future__ import annotations

import unicodedata
from collections import Counter

from lookalike.errors import BadQuery


def check_english(text: str, name: str) -> None:
    """Raises `BadQuery` where most letters of the text are of another script than Latin."""
    scripts = Counter(_script(letter) for letter in text if letter.isalpha())
    latin = scripts["Latin"]
    if scripts and latin < scripts.total() / 2:
        ((most, _),) = scripts.most_common(1)
        raise BadQuery(
            f"{name} reads English alone, and {_short(text)!r} is mostly {most}: ask in English, or add a model that "
            "reads your language (`lookalike models add`)"
        )


def _script(letter: str) -> str:
    """First word of the letter's name in Unicode, which is its script: Latin, Cyrillic, Greek, Cjk ..."""
    return unicodedata.name(letter, "unknown").partition(" ")[0].capitalize()


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}..."
