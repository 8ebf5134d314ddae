"""Help is plain, in groups, and every verb has an example that can be typed."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
import typer

from lookalike.app.cli.help import ORDER
from lookalike.app.cli.program import app

GROUP: Any = typer.main.get_command(app)


def verbs() -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, command in GROUP.commands.items():
        nested = getattr(command, "commands", None)
        found += [(name, command)] if nested is None else [(f"{name} {inner}", one) for inner, one in nested.items()]
    return found


def help_of(command: typer.core.TyperCommand, name: str) -> str:
    with typer.Context(command, info_name=name, max_content_width=80) as context:
        return command.get_help(context)


@pytest.mark.parametrize(("name", "command"), verbs(), ids=[name for name, _ in verbs()])
def test_every_verb_has_an_example_that_its_own_parser_takes(name: str, command: typer.core.TyperCommand) -> None:
    examples = (command.epilog or "").splitlines()
    assert examples
    for example in examples:
        words = shlex.split(example)
        assert words[: 1 + len(name.split())] == ["lookalike", *name.split()]
        command.make_context(name, words[1 + len(name.split()) :]).close()
    assert f"  {examples[0]}\n" in help_of(command, name) + "\n"


@pytest.mark.parametrize(("name", "command"), verbs(), ids=[name for name, _ in verbs()])
def test_every_option_is_in_one_known_group(name: str, command: Any) -> None:
    told = help_of(command, name)
    headings = [line[:-1] for line in told.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert [heading for heading in headings if heading in ORDER] == [one for one in ORDER if one in headings]
    assert len(headings) == len(set(headings))
    for parameter in command.params:
        if parameter.param_type_name == "option" and not parameter.hidden:
            first = [line.split()[0].rstrip(",") for line in told.splitlines() if line.startswith("  -")]
            assert first.count(parameter.opts[0]) == 1


def test_the_verbs_stand_in_groups_each_with_a_whole_sentence() -> None:
    told = help_of(GROUP, "lookalike")
    assert "Find pictures:\n  search " in told
    listed = told.split("Find pictures:")[1]
    assert "..." not in listed
    for name in GROUP.commands:
        assert f"\n  {name} " in listed


def test_every_help_text_is_a_sentence() -> None:
    for name, command in verbs():
        for parameter in command.params:
            if not getattr(parameter, "hidden", False):
                text = parameter.help or ""
                assert text[:1].isupper() or text.startswith(("identical:", "sqdiff", "fast;")), (name, parameter.name)
                assert text.rstrip().endswith((".", "]", "]."))
