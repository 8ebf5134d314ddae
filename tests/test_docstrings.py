"""A docstring names its subject first."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[1] / "src"
NO_SUBJECT = re.compile(r"\s*(Of|The same|That|Those|What)\b")


def docstrings(tree: ast.AST) -> Iterator[ast.Constant]:
    """Texts that stand alone: of modules, classes and functions, and below attributes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value


@pytest.mark.parametrize(
    "folder", sorted({file.parent for file in SRC.rglob("*.py")}), ids=lambda at: str(at.relative_to(SRC))
)
def test_no_docstring_begins_with_a_word_that_has_no_subject(folder: Path) -> None:
    found = [
        f"{file.name}:{text.lineno}: {str(text.value).splitlines()[0]}"
        for file in folder.glob("*.py")
        for text in docstrings(ast.parse(file.read_text("utf-8")))
        if NO_SUBJECT.match(str(text.value))
    ]
    assert found == []


def test_such_a_docstring_is_found_wherever_it_stands() -> None:
    tree = ast.parse('"""What."""\nclass A:\n    """Of b."""\n    b = 1\n    """Those."""\ndef c():\n    "That is."')
    assert sum(bool(NO_SUBJECT.match(str(text.value))) for text in docstrings(tree)) == 4
