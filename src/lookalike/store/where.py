"""The filter language of `--where`: comparisons joined by and, or, not (see docs/where.md)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from lookalike.errors import BadQuery

Field = Literal["path", "name", "format", "width", "height", "pixels", "bytes", "date"]
Operator = Literal["=", "!=", "<", "<=", ">", ">="]

NUMBERS = ("width", "height", "pixels", "bytes")
GLOBS = ("path", "name")
FIELDS: tuple[Field, ...] = ("path", "name", "format", "width", "height", "pixels", "bytes", "date")
EXAMPLE = "width >= 1000 and not format = png"

_GRAMMAR = r"""
    ?start: either
    ?either: both (OR both)* -> either
    ?both: negated (AND negated)* -> both
    ?negated: NOT negated -> negated
            | "(" either ")"
            | comparison
    comparison: FIELD OPERATOR VALUE
    NOT.2: /not\b/i
    AND.2: /and\b/i
    OR.2: /or\b/i
    FIELD: /[a-z]+/i
    OPERATOR: "!=" | "<=" | ">=" | "=" | "<" | ">"
    VALUE: /"[^"]*"|'[^']*'|[^\s()"']+/
    %ignore /\s+/
"""
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "ki": 2**10, "mi": 2**20, "gi": 2**30}
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*([kmg]i?)?b?", re.IGNORECASE)
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")


@dataclass(frozen=True)
class Comparison:
    """`field operator value`: a number for sizes, a glob for names, the first part of an ISO date for dates."""

    field: Field
    operator: Operator
    value: str | float


@dataclass(frozen=True)
class Not:
    """What does not pass."""

    part: Expression


@dataclass(frozen=True)
class Both:
    """What passes every part."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Either:
    """What passes one part at least."""

    parts: tuple[Expression, ...]


Expression = Comparison | Not | Both | Either


@dataclass(frozen=True)
class Filter:
    """A filter as written, and as understood."""

    text: str
    expression: Expression


def parse(text: str) -> Filter:
    """The filter that `text` writes; raises `BadQuery` that says where it stops making sense."""
    import lark

    try:
        return Filter(text, _expression(_parser().parse(text)))
    except lark.exceptions.UnexpectedInput as error:
        at = getattr(error, "column", 0) or len(text) + 1
        raise BadQuery(f"the filter {text!r} does not parse at character {at}; write it as: {EXAMPLE}") from error
    except RecursionError as error:
        raise BadQuery("the filter is nested too deeply") from error


@cache
def _parser() -> Any:
    import lark

    return lark.Lark(_GRAMMAR, parser="lalr")


def _expression(tree: Any) -> Expression:
    if tree.data == "comparison":
        return _comparison(*(str(token) for token in tree.children))
    parts = tuple(_expression(child) for child in tree.children if hasattr(child, "data"))
    if tree.data == "negated":
        return Not(parts[0])
    if len(parts) == 1:
        return parts[0]
    return Either(parts) if tree.data == "either" else Both(parts)


def _comparison(name: str, sign: str, text: str) -> Comparison:
    field: Field | None = next((known for known in FIELDS if known == name.lower()), None)
    operator: Operator | None = next((known for known in _OPERATORS if known == sign), None)
    if field is None or operator is None:
        raise BadQuery(f"a filter has no field {name!r}; fields: {', '.join(FIELDS)}")
    value = text[1:-1] if text[:1] in ("'", '"') else text
    return Comparison(field, operator, _READERS[field](field, operator, value))


def _glob(field: Field, operator: Operator, value: str) -> str:
    _only_equality(field, operator)
    return value


def _format(field: Field, operator: Operator, value: str) -> str:
    _only_equality(field, operator)
    return {"jpg": "jpeg", "tif": "tiff", "heif": "heic"}.get(value.lower(), value.lower())


def _number(field: Field, _: Operator, value: str) -> float:
    match = _NUMBER.fullmatch(value)
    if match is None:
        raise BadQuery(f"{field} is compared with a number, as in {field} > 1000 or bytes < 1.5MB, not {value!r}")
    return float(match[1]) * _UNITS[(match[2] or "").lower()]


def _date(_: Field, __: Operator, value: str) -> str:
    if _DATE.fullmatch(value) is None:
        raise BadQuery(f"date is compared with a year, month or day, as in date >= 2021-05, not {value!r}")
    return value


def _only_equality(field: Field, operator: Operator) -> None:
    if operator not in ("=", "!="):
        raise BadQuery(f"{field} is compared by = or !=, not {operator}")


_OPERATORS: tuple[Operator, ...] = ("=", "!=", "<", "<=", ">", ">=")
_READERS: dict[Field, Callable[[Field, Operator, str], str | float]] = {
    "path": _glob,
    "name": _glob,
    "format": _format,
    "width": _number,
    "height": _number,
    "pixels": _number,
    "bytes": _number,
    "date": _date,
}
