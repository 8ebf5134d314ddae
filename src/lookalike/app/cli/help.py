"""Plain help in groups, with examples: what rich would draw takes twice as long to load (docs/decisions/0002)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

REST = "Options"
"""The group of an option that names none."""
ASK, COMPARE, OUTPUT, LIBRARY = "What is asked", "How pictures are compared", "Output", "Library and run"
SPEED = "Indexes of large libraries"
ORDER = (ASK, COMPARE, SPEED, REST, OUTPUT, LIBRARY)
FIND, PAIR, MEASURE, KEEP = "Find pictures", "Look at one or two pictures", "Measure and learn", "Look after a library"


class Verb(TyperCommand):
    """A verb whose help lists options by `rich_help_panel`, and the lines of its epilog as examples."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Arguments, then each group of options, those within it in the verb's own order."""
        known: list[Any] = [one for one in self.params if one.param_type_name == "argument"]
        arguments = [(_metavar(one), one.help or "") for one in known]
        options = [one for one in self.get_params(ctx) if one.param_type_name == "option"]
        records = [(_panel(one), one.get_help_record(ctx)) for one in options]
        _write(formatter, "Arguments", arguments)
        groups = _grouped((panel, record) for panel, record in records if record is not None)
        for name in sorted(groups, key=ORDER.index):
            _write(formatter, name, groups[name])

    def format_epilog(self, _ctx: Any, formatter: Any) -> None:
        """Each example on a line of its own, as it is typed."""
        if self.epilog:
            lines = self.epilog.splitlines()
            with formatter.section("Example" if len(lines) == 1 else "Examples"):
                for line in lines:
                    formatter.write(f"{'':{formatter.current_indent}}{line}\n")


class Verbs(TyperGroup):
    """A program whose help lists its verbs by `rich_help_panel`."""

    command_class = Verb

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Each with the first sentence of its help."""
        known = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        shown = [(name, command) for name, command in known if command is not None and not command.hidden]
        limit = formatter.width - 6 - max(len(name) for name, _ in shown)
        rows = ((_panel(command, "Commands"), (name, command.get_short_help_str(limit))) for name, command in shown)
        for name, group in _grouped(rows).items():
            _write(formatter, name, group)


def add_verb(
    app: typer.Typer,
    function: Callable[..., int],
    *examples: str,
    group: str,
    name: str | None = None,
    needs_arguments: bool = True,
    kind: type[Verb] = Verb,
) -> None:
    """Registers a verb with its examples; one that needs arguments shows its help where it is given none."""
    settings = {"no_args_is_help": needs_arguments, "rich_help_panel": group, "epilog": "\n".join(examples)}
    app.command(name, cls=kind, **settings)(function)  # type: ignore[arg-type]


def _panel(one: Any, rest: str = REST) -> str:
    panel = getattr(one, "rich_help_panel", None)
    return panel if isinstance(panel, str) else rest


def _metavar(argument: Any) -> str:
    return str(argument.metavar or argument.name.upper())


def _grouped(rows: Iterable[tuple[str, tuple[str, str]]]) -> dict[str, list[tuple[str, str]]]:
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, row in rows:
        groups[name].append(row)
    return groups


def _write(formatter: Any, name: str, rows: list[tuple[str, str]]) -> None:
    if rows:
        with formatter.section(name):
            formatter.write_dl(rows)
