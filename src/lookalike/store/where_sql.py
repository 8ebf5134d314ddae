"""A filter as SQL over contents `c` and records `r`."""

from __future__ import annotations

from typing import Any

from lookalike.facts import Quantity
from lookalike.store.database import Comparisons, Condition
from lookalike.store.where import And, Comparison, Expression, Not, Or, Where

_TAKEN = "coalesce(s.taken, c.taken, f.taken)"
_COLUMNS = {
    "width": "c.width",
    "height": "c.height",
    "pixels": "c.width * c.height",
    "bytes": "c.bytes",
    "frames": "coalesce(c.frames, 1)",
}


def sql(where: Where, by: Comparisons) -> Condition:
    """A condition, and its values in order; no value becomes part of the text."""
    return _condition(where.expression, by)


def _condition(expression: Expression, by: Comparisons) -> Condition:
    if isinstance(expression, Not):
        text, values = _condition(expression.part, by)
        return f"NOT {text}", values
    if isinstance(expression, (And, Or)):
        parts = [_condition(part, by) for part in expression.parts]
        joint = " AND " if isinstance(expression, And) else " OR "
        return f"({joint.join(text for text, _ in parts)})", [value for _, values in parts for value in values]
    return _comparison(expression, by)


def _comparison(comparison: Comparison, by: Comparisons) -> Condition:
    value, operator = comparison.value, comparison.operator
    if comparison.field == "format":
        return f"(c.format {operator} ?)", [str(value)]
    if comparison.field == "date":
        return _known(*by.date(_TAKEN, operator, str(value)), comparison)
    if comparison.field == "taken":
        prefix = str(value)
        return _known(f"substr({_TAKEN}, 1, {len(prefix)}) {operator} ?", [prefix], comparison)
    if comparison.field in _COLUMNS:
        return f"({_COLUMNS[comparison.field]} {operator} ?)", [float(str(value))]
    if comparison.field == "rating":
        return _known(f"coalesce(s.rating, f.rating) {operator} ?", [float(str(value))], comparison)
    text, values = _of_words(comparison, by)
    return f"({'NOT ' if operator == '!=' else ''}{text})", values


def _known(text: str, values: list[Any], comparison: Comparison) -> Condition:
    """A condition by which the unknown is unlike everything, and neither larger nor smaller."""
    return f"coalesce({text}, {'TRUE' if comparison.operator == '!=' else 'FALSE'})", values


def _of_words(comparison: Comparison, by: Comparisons) -> Condition:
    """Whether one of the words of a picture is so, of which it may have several."""
    value, field = comparison.value, comparison.field
    if field == "path":
        return by.path(str(value))
    if field == "name":
        return by.name(str(value))
    if field == "keyword":
        return by.keyword(str(value))
    if field == "fact":
        return _of_fact(comparison, by)
    if field == "label":
        text, values = by.text(["l.name"], str(value))
        return f"c.sha256 IN (SELECT l.sha256 FROM labels l WHERE l.value = '' AND {text})", values
    columns = ["o.name"] if field == "object" else [f"s.{field}", f"f.{field}"]
    text, values = by.text(columns, str(value))
    return f"coalesce({text}, FALSE)", values


def _of_fact(comparison: Comparison, by: Comparisons) -> Condition:
    value, operator = comparison.value, comparison.operator
    if isinstance(value, Quantity):
        text, values = by.quantity("=" if operator == "!=" else operator, value)
    else:
        text, values = by.text(["l.value"], str(value))
    found = f"SELECT l.sha256 FROM labels l WHERE l.name = ? AND l.value != '' AND {text}"
    return f"c.sha256 IN ({found})", [comparison.key, *values]
