"""Filters as a role may use them, and classes as the service names them."""

from __future__ import annotations

from lookalike.app.server.problems import Problem
from lookalike.app.server.roles import Role
from lookalike.search.classes import kind_of
from lookalike.store.where import And, Comparison, Expression, Not, Or, parse


def checked_filter(text: str | None, role: Role) -> None:
    """Raises `Problem` where a filter by `path` would tell, by which files pass, where they lie; `BadQuery` as ever."""
    if text is not None and role is not Role.ADMIN and _names_paths(parse(text).expression):
        raise Problem(403, "forbidden", "only admin filters by path: filter by name, such as name = beach*")


def checked_classes(by: str) -> str:
    """The words by which classes go; raises `Problem` where they name a folder of this machine."""
    if kind_of(by) != by:
        raise Problem(422, "bad_query", "no folder is named here: classes go by label, object, folder, or a fact's KEY")
    return by


def _names_paths(expression: Expression) -> bool:
    if isinstance(expression, Comparison):
        return expression.field == "path"
    if isinstance(expression, Not):
        return _names_paths(expression.part)
    assert isinstance(expression, (And, Or))
    return any(map(_names_paths, expression.parts))
