"""Text that came from outside, as a person can read it and as UTF-8 can hold it."""

from __future__ import annotations

import unicodedata

PLAIN = "LMNPSZ"
"""Initials of the Unicode categories that are shown as they are: letters, marks, numbers, signs, spaces."""


def legible(text: str) -> str:
    """`text` on one line; bytes that are no UTF-8 as \\xNN, other characters that cannot be seen as escapes."""
    return "".join(character if _is_plain(character) else _escaped(character) for character in text)


def _is_plain(character: str) -> bool:
    return unicodedata.category(character)[0] in PLAIN and character not in "\u2028\u2029"


def _escaped(character: str) -> str:
    if "\udc80" <= character <= "\udcff":  # how Python holds such a byte of a file name
        return f"\\x{ord(character) - 0xDC00:02x}"
    return ascii(character)[1:-1]
