"""The filter language of `--where`: comparisons joined by and, or, not (see docs/where.md)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal, get_args

from lookalike.errors import BadQuery
from lookalike.facts import Quantity, quantity_of

Field = Literal[
    "path",
    "name",
    "format",
    "width",
    "height",
    "pixels",
    "bytes",
    "frames",
    "date",
    "taken",
    "camera",
    "lens",
    "title",
    "caption",
    "keyword",
    "rating",
    "label",
    "object",
    "fact",
]
Operator = Literal["=", "!=", "<", "<=", ">", ">="]

FIELDS: tuple[Field, ...] = get_args(Field)
OPERATORS: tuple[Operator, ...] = get_args(Operator)
EXAMPLE = "width >= 1000 and not format = png"
MAX_DEPTH = 30
"""Depth of the tree, one inside another. SQLite's own parser holds 100 open words, some three of them a level."""
MAX_COMPARISONS = 500
"""SQLite takes 1000 in one chain."""

_GRAMMAR = r"""
    ?either: both (OR both)*
    ?both: part (AND part)*
    ?part: NOT part -> negated
         | "(" either ")" -> group
         | comparison
    comparison: FIELD OPERATOR VALUE
    NOT.2: /not\b/i
    AND.2: /and\b/i
    OR.2: /or\b/i
    FIELD: /[a-z]+(\.[\w-]+)?/i
    OPERATOR: "!=" | "<=" | ">=" | "=" | "<" | ">"
    VALUE: /"[^"]*"|'[^']*'|[^\s()"']+/
    %ignore /\s+/
"""
_WORDS = {
    "FIELD": "a field",
    "NOT": "not",
    "LPAR": "(",
    "OPERATOR": "one of " + " ".join(OPERATORS),
    "VALUE": "a value",
    "AND": "and",
    "OR": "or",
    "RPAR": ")",
}
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "ki": 2**10, "mi": 2**20, "gi": 2**30}
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*([kmg]i?)?b?", re.IGNORECASE)
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
_FIRST_DAY = "-01-01"


@dataclass(frozen=True)
class Comparison:
    """`field operator value`: a number for sizes, a glob for names, the first part of an ISO date for dates.

    `key` is the name of a fact, whose value is compared as a quantity or as a glob.
    """

    field: Field
    operator: Operator
    value: str | float | Quantity
    key: str = ""


@dataclass(frozen=True)
class Not:
    """Passes what `part` does not pass."""

    part: Expression


@dataclass(frozen=True)
class And:
    """Passes what every part passes."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Or:
    """Passes what one part at least passes."""

    parts: tuple[Expression, ...]


Expression = Comparison | Not | And | Or


@dataclass(frozen=True)
class Where:
    """A filter as written, and as understood."""

    text: str
    expression: Expression


def parse(text: str) -> Where:
    """The filter that `text` writes; raises `BadQuery` that says where it stops making sense, and what would."""
    import lark

    try:
        tree = _parser().parse(text)
    except lark.exceptions.UnexpectedCharacters as error:
        raise _senseless(text, error.pos_in_stream or 0, error.allowed) from error
    except lark.exceptions.UnexpectedToken as error:
        at = len(text) if error.token.type == "$END" else error.token.start_pos
        raise _senseless(text, at, error.accepts or error.expected) from error
    _limit(tree)
    return Where(text, _expression(tree))


@cache
def _parser() -> Any:
    import lark

    return lark.Lark(_GRAMMAR, parser="lalr", start="either")


def _senseless(text: str, at: int, expected: Iterable[str]) -> BadQuery:
    words = ", ".join(word for name, word in _WORDS.items() if name in set(expected)) or "its end"
    return BadQuery(f"the filter {text!r} does not parse at character {at + 1}: expected {words}; e.g. {EXAMPLE}")


def _limit(tree: Any) -> None:
    """Raises `BadQuery` for a filter that a store might not take; goes level by level, since it may be very deep."""
    level, depth, comparisons = [tree], 0, 0
    while level:
        depth += 1
        comparisons += sum(node.data == "comparison" for node in level)
        level = [child for node in level for child in node.children if hasattr(child, "data")]
    if depth > MAX_DEPTH:
        raise BadQuery(f"the filter is nested too deeply: {depth} levels of and, or, not and (), at most {MAX_DEPTH}")
    if comparisons > MAX_COMPARISONS:
        raise BadQuery(
            f"the filter has {comparisons} comparisons, at most {MAX_COMPARISONS}: use globs, e.g. name = a*"
        )


def _expression(tree: Any) -> Expression:
    if tree.data == "comparison":
        return _comparison(*tree.children)
    parts = tuple(_expression(child) for child in tree.children if hasattr(child, "data"))
    if tree.data == "group":
        return parts[0]
    if tree.data == "negated":
        return Not(parts[0])
    return Or(parts) if tree.data == "either" else And(parts)


def _comparison(name: Any, sign: Any, text: Any) -> Comparison:
    said, _, key = name.lower().partition(".")
    field: Field | None = next((known for known in FIELDS if known == said), None)
    if field is None or (field == "fact") != bool(key):
        raise BadQuery(
            f"a filter has no field {str(name)!r} (character {name.start_pos + 1}); fields: {', '.join(FIELDS)}.KEY"
        )
    operator = next(known for known in OPERATORS if known == sign)
    value = text[1:-1] if text[:1] in ("'", '"') else str(text)
    return Comparison(field, operator, _READERS[field](field, operator, value), key)


def _glob(field: Field, operator: Operator, value: str) -> str:
    _only_equality(field, operator)
    return value


def _format(field: Field, operator: Operator, value: str) -> str:
    _only_equality(field, operator)
    return {"jpg": "jpeg", "tif": "tiff", "heif": "heic"}.get(value.lower(), value.lower())


def _number(field: Field, _: Operator, value: str) -> float:
    match = _NUMBER.fullmatch(value)
    if match is None:
        raise BadQuery(f"{field} is compared with a number, e.g. {field} > 1000 or bytes < 1.5MB, not {value!r}")
    return float(match[1]) * _UNITS[(match[2] or "").lower()]


def _rating(field: Field, _: Operator, value: str) -> float:
    try:
        return float(value)
    except ValueError as error:
        raise BadQuery(f"{field} is compared with a number from -1 to 5, e.g. rating >= 4, not {value!r}") from error


def _fact(_: Field, operator: Operator, value: str) -> str | Quantity:
    quantity = quantity_of(value)
    if quantity is None and operator not in ("=", "!="):
        raise BadQuery(
            f"a fact is larger or smaller than a number with its unit, e.g. fact.weight < 500g, not {value!r}"
        )
    return value if quantity is None else quantity


def _date(field: Field, __: Operator, value: str) -> str:
    try:
        if _DATE.fullmatch(value) is None:
            raise ValueError(value)
        date.fromisoformat(value + _FIRST_DAY[len(value) - len("2021") :])
    except ValueError as error:
        raise BadQuery(
            f"{field} is compared with a year, month or day of the calendar, e.g. {field} >= 2021-05, not {value!r}"
        ) from error
    return value


def _only_equality(field: Field, operator: Operator) -> None:
    if operator not in ("=", "!="):
        raise BadQuery(f"{field} is compared by = or !=, not {operator}")


_READERS: dict[Field, Callable[[Field, Operator, str], str | float | Quantity]] = {
    "path": _glob,
    "name": _glob,
    "format": _format,
    "width": _number,
    "height": _number,
    "pixels": _number,
    "bytes": _number,
    "frames": _number,
    "date": _date,
    "taken": _date,
    "camera": _glob,
    "lens": _glob,
    "title": _glob,
    "caption": _glob,
    "keyword": _glob,
    "rating": _rating,
    "label": _glob,
    "object": _glob,
    "fact": _fact,
}
