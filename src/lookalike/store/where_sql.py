"""A filter as SQL over contents `c` and records `r`."""

from __future__ import annotations

from lookalike.facts import Quantity
from lookalike.store.where import And, Comparison, Expression, Not, Or, Where

_TAKEN = "coalesce(s.taken, c.taken, f.taken)"
_COLUMNS = {
    "width": "c.width",
    "height": "c.height",
    "pixels": "c.width * c.height",
    "bytes": "c.bytes",
    "frames": "coalesce(c.frames, 1)",
}


def sql(where: Where) -> tuple[str, list[str | float]]:
    """A condition, and its parameters in order; no value becomes part of the text."""
    return _condition(where.expression)


def _condition(expression: Expression) -> tuple[str, list[str | float]]:
    if isinstance(expression, Not):
        text, values = _condition(expression.part)
        return f"NOT {text}", values
    if isinstance(expression, (And, Or)):
        parts = [_condition(part) for part in expression.parts]
        joint = " AND " if isinstance(expression, And) else " OR "
        return f"({joint.join(text for text, _ in parts)})", [value for _, values in parts for value in values]
    return _comparison(expression)


def _comparison(comparison: Comparison) -> tuple[str, list[str | float]]:
    value, operator = comparison.value, comparison.operator
    if comparison.field in ("path", "name"):
        return f"({comparison.field}_matches(?, r.path) {operator} 1)", [str(value)]
    if comparison.field == "format":
        return f"(c.format {operator} ?)", [str(value)]
    if comparison.field in ("date", "taken"):
        prefix = str(value)
        time = f"coalesce({_TAKEN}, local_time(r.mtime_ns))" if comparison.field == "date" else _TAKEN
        return _known(f"substr({time}, 1, {len(prefix)}) {operator} ?", comparison), [prefix]
    if comparison.field in _COLUMNS:
        return f"({_COLUMNS[comparison.field]} {operator} ?)", [float(str(value))]
    if comparison.field == "rating":
        return _known(f"coalesce(s.rating, f.rating) {operator} ?", comparison), [float(str(value))]
    return _of_words(comparison)


def _known(condition: str, comparison: Comparison) -> str:
    """A condition by which the unknown is unlike everything, and neither larger nor smaller."""
    return f"coalesce({condition}, {int(comparison.operator == '!=')})"


def _of_words(comparison: Comparison) -> tuple[str, list[str | float]]:
    """Labels, facts and words of which a picture may have several: != where none is so."""
    no = "NOT " if comparison.operator == "!=" else ""
    value, field = comparison.value, comparison.field
    if field == "fact":
        wanted = [value.number, value.unit] if isinstance(value, Quantity) else [str(value)]
        passes = "quantity_passes(?, value, ?, ?)" if isinstance(value, Quantity) else "text_matches(?, value)"
        compared = [_positive(comparison)] if isinstance(value, Quantity) else []
        text = f"c.sha256 IN (SELECT sha256 FROM labels WHERE name = ? AND value != '' AND {passes})"
        return f"({no}{text})", [comparison.key, *compared, *wanted]
    if field == "object":
        text = "coalesce(text_matches(?, o.name), 0)"
    elif field == "label":
        text = "c.sha256 IN (SELECT sha256 FROM labels WHERE value = '' AND text_matches(?, name))"
    elif field == "keyword":
        found = "json_each(coalesce(s.keywords, f.keywords, '[]'))"
        text = f"EXISTS (SELECT 1 FROM {found} WHERE text_matches(?, value))"
    else:
        text = f"coalesce(text_matches(?, coalesce(s.{field}, f.{field})), 0)"
    return f"({no}{text})", [str(value)]


def _positive(comparison: Comparison) -> str:
    return "=" if comparison.operator == "!=" else comparison.operator
