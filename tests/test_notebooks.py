"""The notebooks of examples/ run from a clean folder, and show what they say."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "examples").glob("*.ipynb"))


def run(notebook: Path) -> list[str]:
    """What each code cell shows, in order: its last value, as a notebook would."""
    space: dict[str, Any] = {"__name__": "__main__"}
    return [shown("".join(cell["source"]), space) for cell in cells(notebook) if cell["cell_type"] == "code"]


def cells(notebook: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(notebook.read_text("utf-8"))["cells"]
    return found


def shown(code: str, space: dict[str, Any]) -> str:
    tree = ast.parse(code)
    last = tree.body[-1] if isinstance(tree.body[-1], ast.Expr) else None
    tree.body = tree.body[:-1] if last else tree.body
    exec(compile(tree, "<cell>", "exec"), space)
    if last is None:
        return ""
    value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), space)
    return str(value._repr_html_() if hasattr(value, "_repr_html_") else repr(value))


def test_there_are_notebooks() -> None:
    assert len(NOTEBOOKS) >= 2


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_notebook_runs(notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outputs = run(notebook)
    if notebook.stem == "first_steps":
        assert sum("<img" in output for output in outputs) == 3


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_notebook_is_kept_without_its_outputs(notebook: Path) -> None:
    assert not any(cell.get("outputs") for cell in cells(notebook))
