"""A filter as SQL over contents `c` and records `r`."""

from __future__ import annotations

from lookalike.store.where import And, Comparison, Expression, Not, Or, Where

_COLUMNS = {
    "format": "c.format",
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
        return f"({comparison.field}_matches(?, r.path) {operator} 1)", [value]
    if comparison.field == "date":
        prefix = str(value)
        date = "coalesce(c.taken, local_time(r.mtime_ns))"
        return f"(substr({date}, 1, {len(prefix)}) {operator} ?)", [prefix]
    return f"({_COLUMNS[comparison.field]} {operator} ?)", [value]
