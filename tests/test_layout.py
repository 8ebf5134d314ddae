from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
VAGUE = {"utils", "util", "helper", "helpers", "manager", "common", "base", "core", "misc", "tools"}
HEAVY = ("torch", "cv2", "faiss", "onnxruntime", "PIL", "jinja2", "rich", "typer", "pandas", "sqlite3")
OWN_PARTS = re.compile(
    "|".join(
        [
            r"\.".join(("pypi", "org")),
            "python" + "hosted",
            r"\.".join(("anaconda", "org")),
            r"\.".join(("download", "pytorch", "org")),
            r"(?<![\w.~])/(work|home|Users)" + "/",
        ]
    )
)
"""What is true of one machine or one network only: package registries, and folders of people."""


def written_files() -> Iterator[Path]:
    for folder in ("src", "tests", "docs", "scripts", "examples", "benchmarks", ".ci"):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                yield file
    yield from sorted(ROOT.glob("*.md"))
    yield from (ROOT / name for name in ("pyproject.toml", "mkdocs.yml"))


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_file_says_what_it_is_about_and_is_short(file: Path) -> None:
    lines = file.read_text("utf-8").splitlines()
    assert len(lines) < 400
    assert not lines or lines[0].startswith('"""')
    assert not VAGUE & {part.strip("_") for part in file.relative_to(ROOT).with_suffix("").parts}


def test_no_file_names_a_machine_or_a_package_registry() -> None:
    found = [
        f"{file.relative_to(ROOT)}: {match.group()}"
        for file in written_files()
        if (match := OWN_PARTS.search(file.read_bytes().decode("utf-8", "replace")))
    ]
    assert not found


@pytest.mark.parametrize("module", ["lookalike", "lookalike.app.cli"])
def test_importing_the_package_or_the_program_loads_nothing_heavy(module: str) -> None:
    code = f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    loaded = set(json.loads(done.stdout))
    unwanted = {*HEAVY, "numpy"} - ({"typer", "rich"} if module.endswith("cli") else set())
    assert sorted(unwanted & loaded) == []


def test_every_package_that_is_imported_is_one_that_is_installed_with_ours() -> None:
    """A package that only comes along with another, or with the tests, may be gone tomorrow."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [line for name, lines in project["optional-dependencies"].items() if name != "dev" for line in lines]
    wanted = {plain_name(re.split(r"[^\w.-]", line)[0]) for line in project["dependencies"] + extras}
    provided_by = packages_distributions()
    strangers = {
        f"{file.relative_to(ROOT)}: {module}"
        for file in SOURCES
        for module in imported(file) - sys.stdlib_module_names - {"lookalike"}
        if not wanted & {plain_name(name) for name in provided_by.get(module, ())}
    }
    assert not strangers


def test_what_is_wanted_is_pinned_for_the_tests_and_the_pin_is_one_that_is_allowed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [Requirement(line) for line in sum(project["optional-dependencies"].values(), project["dependencies"])]
    lines = [line.partition("==") for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()]
    pins = {plain_name(name): version for name, _, version in lines}
    astray = [str(each) for each in wanted if not each.specifier.contains(pins.get(plain_name(each.name), "0"))]
    assert [each for each in astray if not each.startswith("lookalike")] == []


def plain_name(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def imported(file: Path) -> set[str]:
    """First parts of the modules that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def test_every_public_name_is_there() -> None:
    import lookalike

    assert lookalike.__all__ == sorted(lookalike.__all__)
    for name in lookalike.__all__:
        assert getattr(lookalike, name).__name__
    assert dir(lookalike) == lookalike.__all__


def test_every_test_file_is_found_by_pytest_and_mirrors_a_source() -> None:
    rooms = {path.name for path in (ROOT / "src" / "lookalike").iterdir() if path.is_dir()}
    for file in (ROOT / "tests").rglob("test_*.py"):
        room = file.relative_to(ROOT / "tests").parts[0]
        assert room in rooms | {"contracts", "golden", "agreement", "fuzz", "typing"} or file.parent == ROOT / "tests"


def test_scripts_can_be_run() -> None:
    for name in ("scripts/try", "scripts/check", "scripts/test", "scripts/browser", ".ci/run"):
        file = ROOT / name
        assert file.stat().st_mode & 0o111
        assert file.read_text("utf-8").startswith("#!/usr/bin/env bash\n")
