"""Globs as regular expressions of PostgreSQL, which mean what `fnmatch` means."""

from __future__ import annotations

from collections.abc import Iterator

MAGIC = "*?["


def regex_of(glob: str, before: str = "") -> str:
    """An expression that fits the whole text that the glob fits, behind what the expression `before` fits."""
    return f"^{before}{''.join(_parts(glob))}$"


def _parts(glob: str) -> Iterator[str]:
    at = 0
    while at < len(glob):
        letter = glob[at]
        end = _end_of_set(glob, at) if letter == "[" else -1
        if end > 0:
            yield _set(glob[at + 1 : end])
            at = end
        else:
            yield {"*": ".*", "?": "."}.get(letter, _literal(letter))
        at += 1


def _end_of_set(glob: str, start: int) -> int:
    """Where the ] is that ends the set; -1 where it has no end, and its [ is a letter as others."""
    first = start + 1 + (glob[start + 1 : start + 2] == "!")
    return glob.find("]", first + (glob[first : first + 1] == "]"))


def _set(inside: str) -> str:
    is_not = inside.startswith("!")
    pieces = _pieces(inside[is_not:])
    members = "".join(_escaped(low) if low == high else f"{_escaped(low)}-{_escaped(high)}" for low, high in pieces)
    if not members:
        return "." if is_not else "(?!)"
    return f"[{'^' if is_not else ''}{members}]"


def _pieces(inside: str) -> Iterator[tuple[str, str]]:
    """First and last letters of the ranges, of which a single letter is one; a range from z to a has none."""
    at = 0
    while at < len(inside):
        if inside[at + 1 : at + 2] == "-" and at + 2 < len(inside):
            low, high = inside[at], inside[at + 2]
            if low <= high:
                yield low, high
            at += 3
        else:
            yield inside[at], inside[at]
            at += 1


def _literal(letter: str) -> str:
    return letter if letter.isalnum() or letter == "_" or not letter.isascii() else f"\\{letter}"


def _escaped(letter: str) -> str:
    return f"\\U{ord(letter):08X}"
