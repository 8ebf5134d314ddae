"""Words from files that anybody may have written: on one line, of a length that can be shown."""

from __future__ import annotations

from typing import Final

from lookalike.facts import MOST_LETTERS

MOST_KEYWORDS: Final = 500
MOST_IN_A_CAPTION: Final = 2000
"""Letters."""


def clean(text: str, most: int = MOST_LETTERS) -> str | None:
    """`text` on one line, without what cannot be printed, cut; None where nothing is left."""
    words = "".join(letter if letter.isprintable() else " " for letter in text[: 4 * most]).split()
    return " ".join(words)[:most].strip() or None


def caption(text: str) -> str | None:
    """As `clean`, and longer."""
    return clean(text, MOST_IN_A_CAPTION)


def keywords(texts: list[str]) -> tuple[str, ...] | None:
    """Each once, in their order; None where there are none."""
    found = dict.fromkeys(word for text in texts[:MOST_KEYWORDS] if (word := clean(text)))
    return tuple(found) or None


def rating(text: str | float) -> int | None:
    """-1 to 5; None for anything else."""
    try:
        value = float(text)
    except ValueError:
        return None
    return round(value) if -1 <= value <= 5 else None
