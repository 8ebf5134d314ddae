"""Every command, option and setting is documented."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer

import lookalike
from lookalike.app.cli.program import app
from lookalike.describe import DESCRIBERS
from lookalike.local import DETECTORS, EXTRACTORS
from lookalike.match import MATCHERS
from lookalike.registry import settable

ROOT = Path(__file__).resolve().parents[1]
CLI = (ROOT / "docs" / "cli.md").read_text()
TOPICS = (ROOT / "docs" / "topics.md").read_text()


def commands() -> list[tuple[str, list[str]]]:
    """Each verb, with subcommands as 'models get', and its options."""
    group: Any = typer.main.get_command(app)
    found = [("", options(group))]
    for name, command in group.commands.items():
        for inner, nested in getattr(command, "commands", {}).items():
            found.append((f"{name} {inner}", options(nested)))
        if not hasattr(command, "commands"):
            found.append((name, options(command)))
    return found


def options(command: Any) -> list[str]:
    return [
        option
        for parameter in command.params
        if parameter.param_type_name == "option"
        for option in parameter.opts
        if option.startswith("-")
    ]


def test_there_are_commands_to_check() -> None:
    assert len(commands()) >= 14


@pytest.mark.parametrize(("verb", "names"), commands(), ids=[verb or "program" for verb, _ in commands()])
def test_every_verb_and_option_is_documented(verb: str, names: list[str]) -> None:
    assert all(f"`{word}" in CLI or word in CLI.split("\n## ", 1)[1] for word in verb.split())
    assert [name for name in names if f"`{name}`" not in CLI and f"`{name} " not in CLI] == []


@pytest.mark.parametrize("name", list(DESCRIBERS))
def test_every_describer_and_field_is_documented(name: str) -> None:
    if name == "edge_density":  # the example of docs/extend.md, when it is installed
        return
    (row,) = (line for line in CLI.splitlines() if line.startswith(f"| `{name}` |"))
    fields = [field.name for field in settable(DESCRIBERS.load(name))]
    assert [field for field in fields if f"`{field}`" not in row] == []


@pytest.mark.parametrize("name", [*EXTRACTORS, *MATCHERS])
def test_every_local_feature_and_matcher_is_documented(name: str) -> None:
    assert f"`{name}`" in CLI.split("## `lookalike match", 1)[1].split("\n## ", 1)[0]


@pytest.mark.parametrize("name", list(EXTRACTORS))
def test_every_field_of_local_features_is_documented(name: str) -> None:
    section = CLI.split("## `lookalike match", 1)[1].split("\n## ", 1)[0]
    (row,) = (line for line in section.splitlines() if f"`{name}`" in line.split(" | ")[0] and line.startswith("| "))
    of_all = {field for field in ("side", "max_keypoints", "threads", "device", "weights") if f"`{field}`" in section}
    fields = {field.name for field in settable(EXTRACTORS.load(name))} - of_all
    assert {field for field in fields if f"`{field}`" not in row} == set()


@pytest.mark.parametrize("name", [name for name in DETECTORS if name not in set(EXTRACTORS)])
def test_every_detector_is_documented(name: str) -> None:
    assert f"`{name}`" in CLI.split("A `detector` is", 1)[1].split("\n\n", 1)[0]


def test_every_topic_has_a_command_that_can_be_typed_and_a_page_that_exists() -> None:
    lines = [line for line in TOPICS.splitlines() if line.startswith("| ") and "`" in line]
    assert len(lines) > 20
    program: Any = typer.main.get_command(app)
    verbs = program.commands
    for line in lines:
        _, command, figure = (cell.strip() for cell in line.strip("| ").split(" | "))
        words = shlex.split(command.split("`")[1])
        assert words[0] == "lookalike"
        verbs[words[1]].make_context(words[1], words[2:]).close()
        page, _, _ = figure.split("](")[1].rstrip(")").partition("#")
        assert (ROOT / "docs" / page).is_file()


@pytest.mark.parametrize("name", lookalike.__all__)
def test_every_public_name_is_in_the_python_reference(name: str) -> None:
    reference = (ROOT / "docs" / "api.md").read_text()
    (members,) = (line for line in reference.splitlines() if "members:" in line)
    found = getattr(lookalike, name)
    if isinstance(found, ModuleType):  # a package that may be called
        assert f"heading: lookalike.{name}\n" in reference
    elif found.__module__ == "lookalike.types":
        assert name in re.findall(r"\w+", members)
    else:
        assert f"::: {found.__module__}" in reference.replace(f".{found.__qualname__}\n", "\n").splitlines()


@pytest.mark.parametrize("variable", ["LOOKALIKE_LIBRARY", "LOOKALIKE_CACHE", "LOOKALIKE_OFFLINE"])
def test_every_environment_variable_is_documented(variable: str) -> None:
    assert variable in CLI


def test_no_environment_variable_is_read_that_is_not_listed() -> None:
    read = {name for file in (ROOT / "src").rglob("*.py") for name in re.findall(r"LOOKALIKE_[A-Z]+", file.read_text())}
    assert read == {"LOOKALIKE_LIBRARY", "LOOKALIKE_CACHE", "LOOKALIKE_OFFLINE"}
