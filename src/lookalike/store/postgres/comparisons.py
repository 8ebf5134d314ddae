"""Comparisons of filters, done by PostgreSQL on the columns that are kept for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from lookalike.facts import Quantity
from lookalike.store.database import Condition
from lookalike.store.matching import local_time
from lookalike.store.postgres.columns import folded, plain
from lookalike.store.postgres.globs import MAGIC, regex_of

_BEYOND: Final = 10**12
"""Seconds before and after 1970 beyond which no calendar goes."""


class PostgresComparisons:
    """`Comparisons` on the columns of `columns.DERIVED`."""

    def path(self, pattern: str) -> Condition:
        """Whether a glob fits the path of record r, or the end of it from some folder on."""
        return "r.shown ~ ?", [regex_of(plain(pattern), "(?:.*/)?")]

    def name(self, pattern: str) -> Condition:
        """Whether a glob fits the name of its file."""
        return "substring(r.shown FROM '[^/]*$') ~ ?", [regex_of(plain(pattern))]

    def text(self, columns: Sequence[str], pattern: str) -> Condition:
        """Whether a glob fits the first of these columns that is known, in capitals or not."""
        found = [f"{column}_folded" for column in columns]
        return _fits(found[0] if len(found) == 1 else f"coalesce({', '.join(found)})", pattern)

    def keyword(self, pattern: str) -> Condition:
        """Whether it fits one of the keywords."""
        fits, values = _fits("word", pattern)
        found = "jsonb_array_elements_text(coalesce(s.keywords_folded, f.keywords_folded, '[]')) word"
        return f"EXISTS (SELECT 1 FROM {found} WHERE {fits})", values

    def quantity(self, sign: str, quantity: Quantity) -> Condition:
        """Whether the value of a label compares so."""
        return f"(l.unit = ? AND l.number {sign} ?)", [quantity.unit, quantity.number]

    def date(self, taken: str, sign: str, first: str) -> Condition:
        """Whether the time `taken`, where it is known, or else that of the file begins so.

        Where clocks are turned back over midnight, the hour that comes twice counts as of one of its two days.
        """
        written, times = _written(sign, first)
        return f"coalesce(substr({taken}, 1, {len(first)}) {sign} ?, {written})", [first, *times]


COMPARISONS: Final = PostgresComparisons()


def _fits(column: str, pattern: str) -> Condition:
    wanted = folded(pattern) or ""
    if any(letter in MAGIC for letter in wanted):
        return f"{column} ~ ?", [regex_of(wanted)]
    return f"{column} = ?", [wanted]


def _written(sign: str, first: str) -> Condition:
    """Whether the file was written at such a time, by the clock of this machine."""
    start = _earliest(lambda time: time[: len(first)] >= first)
    end = _earliest(lambda time: time[: len(first)] > first)
    return {
        "<": ("r.mtime_ns < ?", [start]),
        ">=": ("r.mtime_ns >= ?", [start]),
        "<=": ("r.mtime_ns < ?", [end]),
        ">": ("r.mtime_ns >= ?", [end]),
        "=": ("(r.mtime_ns >= ? AND r.mtime_ns < ?)", [start, end]),
        "!=": ("(r.mtime_ns < ? OR r.mtime_ns >= ?)", [start, end]),
    }[sign]


def _earliest(holds: Callable[[str], bool]) -> int:
    """The first ns whose local time passes; later than any where none does, earlier than any where all do."""
    low, high = -_BEYOND, _BEYOND
    if holds(local_time(low * 10**9)):
        return -(10**40)
    if not holds(local_time(high * 10**9)):
        return 10**40
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(local_time(middle * 10**9)) else (middle, high)
    return high * 10**9
