"""Meaning of a filter's comparisons, one for every store."""

from __future__ import annotations

import fnmatch
import operator
import os
import re
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from lookalike.facts import Quantity, quantity_of
from lookalike.store.where import And, Comparison, Expression, Field, Not, Or, Where
from lookalike.types import Record

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def matches(where: Where, record: Record) -> bool:
    """Whether a record passes."""
    return _passes(where.expression, record)


def path_matches(pattern: str, path: str) -> bool:
    """Whether a glob fits the whole path or URI, or, without a leading slash, the end of it from some folder on."""
    return any(_regex(glob).match(path) for glob in (pattern, f"*{os.sep}{pattern}"))


def name_matches(pattern: str, path: str) -> bool:
    """Whether a glob fits the file's own name."""
    return _regex(pattern).match(os.path.basename(path)) is not None  # noqa: PTH119  any bytes, no checks


def text_matches(pattern: str, text: str | None) -> bool:
    """Whether a glob fits the whole text, in capitals or not; never one that is unknown."""
    return text is not None and _regex(pattern.casefold()).match(text.casefold()) is not None


def quantity_passes(sign: str, text: str, number: float, unit: str) -> bool:
    """Whether a value is a number that compares so with another of the same unit, or of one that is converted."""
    quantity = quantity_of(text)
    return quantity is not None and quantity.unit == unit and _COMPARE[sign](quantity.number, number)


def local_time(mtime_ns: int) -> str:
    """ISO 8601 in the machine's time zone, to the second; the first or last one where the calendar has no such time."""
    try:
        year, month, day, hour, minute, second = time.localtime(mtime_ns // 10**9)[:6]
    except (OverflowError, OSError, ValueError):
        year = 0 if mtime_ns < 0 else 10_000
    if not 0 < year < 10_000:
        return "0001-01-01T00:00:00" if year <= 0 else "9999-12-31T23:59:59"
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"


def _passes(expression: Expression, record: Record) -> bool:
    if isinstance(expression, Not):
        return not _passes(expression.part, record)
    if isinstance(expression, And):
        return all(_passes(part, record) for part in expression.parts)
    if isinstance(expression, Or):
        return any(_passes(part, record) for part in expression.parts)
    return _holds(expression, record)


def _holds(comparison: Comparison, record: Record) -> bool:
    content, value, compare = record.content, comparison.value, _COMPARE[comparison.operator]
    match comparison.field:
        case "path":
            return compare(path_matches(str(value), record.path), True)
        case "name":
            return compare(name_matches(str(value), record.path), True)
        case "format":
            return compare(content.format, value)
        case "date" | "taken":
            prefix = str(value)
            time = record.facts.taken or record.content.taken if comparison.field == "taken" else date_of(record)
            return _compared(comparison, None if time is None else time[: len(prefix)], prefix)
        case "rating":
            return _compared(comparison, record.facts.rating, value)
        case "width":
            return compare(content.size[0], value)
        case "height":
            return compare(content.size[1], value)
        case "pixels":
            return compare(content.size[0] * content.size[1], value)
        case "bytes":
            return compare(content.bytes, value)
        case "frames":
            return compare(1 if content.frames is None else content.frames, value)
        case "fact":
            facts = [label.value for label in record.labels if label.value and label.name == comparison.key]
            return _any_of(facts, comparison)
        case field:
            return _any_of(_words(record, field), comparison)


def date_of(record: Record) -> str:
    """ISO 8601 local time when the picture was taken, else when the file was last written."""
    taken = record.facts.taken or record.content.taken  # of a record that was made by hand
    return local_time(record.stamp.mtime_ns) if taken is None else taken


def _compared(comparison: Comparison, found: Any, value: Any) -> bool:
    """Whether it compares so; the unknown is unlike everything, and neither larger nor smaller."""
    return comparison.operator == "!=" if found is None else _COMPARE[comparison.operator](found, value)


def _any_of(found: Sequence[str], comparison: Comparison) -> bool:
    value, is_not = comparison.value, comparison.operator == "!="
    sign = "=" if is_not else comparison.operator
    if isinstance(value, Quantity):
        passes = any(quantity_passes(sign, each, value.number, value.unit) for each in found)
    else:
        passes = any(text_matches(str(value), each) for each in found)
    return passes != is_not


def _words(record: Record, field: Field) -> Sequence[str]:
    if field == "label":
        return [label.name for label in record.labels if not label.value]
    if field == "object":
        return [record.object] if record.object else []
    if field == "keyword":
        return record.facts.keywords or ()
    word = {"camera": record.facts.camera, "lens": record.facts.lens, "title": record.facts.title}
    said = word.get(field, record.facts.caption)
    return [] if said is None else [said]


@lru_cache(maxsize=64)
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(pattern))
