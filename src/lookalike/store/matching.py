"""What a filter's comparisons mean, the same for every store."""

from __future__ import annotations

import fnmatch
import operator
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from lookalike.store.where import Both, Comparison, Either, Expression, Not
from lookalike.types import Record

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def passes(expression: Expression, record: Record) -> bool:
    """Whether a record passes."""
    if isinstance(expression, Not):
        return not passes(expression.part, record)
    if isinstance(expression, Both):
        return all(passes(part, record) for part in expression.parts)
    if isinstance(expression, Either):
        return any(passes(part, record) for part in expression.parts)
    return _holds(expression, record)


def path_matches(pattern: str, path: str) -> bool:
    """Whether a glob fits the whole path, or, without a leading slash, the end of it from some folder on."""
    return _regex(pattern if pattern.startswith((os.sep, "*")) else f"*{os.sep}{pattern}").match(path) is not None


def name_matches(pattern: str, path: str) -> bool:
    """Whether a glob fits the file's own name."""
    return _regex(pattern).match(os.path.basename(path)) is not None  # noqa: PTH119  any bytes, no checks


def local_time(mtime_ns: int) -> str:
    """ISO 8601 in the machine's time zone, to the second."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=mtime_ns // 10**9)
    return moment.astimezone().strftime("%Y-%m-%dT%H:%M:%S")


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
            return compare((content.taken or local_time(record.stamp.mtime_ns))[: len(prefix)], prefix)
        case "width":
            return compare(content.size[0], value)
        case "height":
            return compare(content.size[1], value)
        case "pixels":
            return compare(content.size[0] * content.size[1], value)
        case "bytes":
            return compare(content.bytes, value)


@lru_cache(maxsize=64)
def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(pattern))
