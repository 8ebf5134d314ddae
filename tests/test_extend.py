"""The guide to adding a describer shows what runs. tests/contracts runs every contract over its example."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import lookalike.describe
from lookalike.describe import DESCRIBERS
from lookalike.protocols import Describer
from lookalike.registry import Table
from lookalike.types import Picture

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "edge_density.py"


@pytest.fixture(scope="module")
def guide() -> str:
    return (ROOT / "docs" / "extend.md").read_text()


def test_the_guide_shows_the_example_as_it_is(guide: str) -> None:
    assert f"```python\n{EXAMPLE.read_text()}```" in guide


def test_a_describer_from_inside_is_one_file_and_one_line(
    guide: str, photos: list[Picture], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = next(line for line in guide.splitlines() if "lookalike.describe.edge_density:" in line)
    row = ast.literal_eval(f"{{{line.strip()}}}")
    # As if the file lay in the folder of the package.
    monkeypatch.setattr(lookalike.describe, "__path__", [*lookalike.describe.__path__, str(EXAMPLE.parent)])
    table: Table[Describer] = Table("describer", row)
    describer = table.make("edge_density", {"cells": "4"})
    assert describer.describe(photos).shape == (len(photos), 16)
    del sys.modules["lookalike.describe.edge_density"]


def test_the_guide_names_real_things(guide: str) -> None:
    assert "edge_density" not in DESCRIBERS
    for path in ("src/lookalike/describe/__init__.py", "tests/contracts", "tests/golden/regenerate.py"):
        assert path in guide
        assert (ROOT / path).exists()
