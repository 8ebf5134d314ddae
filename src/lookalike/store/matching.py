"""Meaning of a filter's comparisons, one for every store."""

from __future__ import annotations

import fnmatch
import operator
import os
import re
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from lookalike.store.where import And, Comparison, Expression, Not, Or, Where
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
        case "date":
            prefix = str(value)
            return compare(date_of(record)[: len(prefix)], prefix)
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


def date_of(record: Record) -> str:
    """ISO 8601 local time when the picture was taken (EXIF), else when the file was last written."""
    taken = record.content.taken
    return local_time(record.stamp.mtime_ns) if taken is None else taken


@lru_cache(maxsize=64)
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(pattern))
