"""What a type checker makes of the public names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

USES = """
import lookalike

with lookalike.open("library") as library:
    results: lookalike.Results = library.search("a.jpg", k=3)
    first: lookalike.Answer = results[0]
    few: lookalike.Results = results[:2]
    asked: lookalike.Results = library.answer(lookalike.Query(("a.jpg",), k=3))
"""


def checked(tmp_path: Path, text: str) -> str:
    (tmp_path / "uses.py").write_text(text)
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "uses.py"]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout


def test_public_names_have_types_and_a_misspelled_one_is_told(tmp_path: Path) -> None:
    told = checked(tmp_path, USES + "\nlookalike.searching()\n")
    assert 'has no attribute "searching"' in told
    assert "Found 1 error" in told
