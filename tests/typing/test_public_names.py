"""What a type checker makes of the public names."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

USES = """
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

import lookalike


def model(pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
    return np.ones((len(pictures), 3), np.float32)


mine: lookalike.FunctionDescriber = lookalike.describer(model, dim=3, name="mine", version="2")
pixels: NDArray[np.uint8] = np.zeros((8, 8, 3), np.uint8)

with lookalike.open("library", describers=[mine]) as library:
    results: lookalike.Results = library.search("a.jpg", k=3)
    first: lookalike.Answer = results[0]
    few: lookalike.Results = results[:2]
    asked: lookalike.Results = library.answer(lookalike.Query(("a.jpg",), k=3))
    views: lookalike.Results = library.search(["a.jpg", pixels], by=["mine", "phash"])
    path: str = first.path
    document: str = results.to_json()
    added: int = library.add({"shop:123": pixels}).added
    indexed: int = library.index("photos", describers=["phash", mine]).added
    records: list[lookalike.Record] = library.records(where="width > 100")
    ids, paths, array = library.vectors("mine")
    same: tuple[str, ...] = paths
    own = library.describe(["a.jpg", pixels])["mine"]
    files: int = len(library)
    page: str = library.dupes("copy")[:2].to_html()
    best: str = library.dupes()[0].best.path

rows = lookalike.describe(["a.jpg", pixels], mine)
n: int = rows.shape[0]
found: lookalike.Comparison = lookalike.compare("a.jpg", pixels, describers=["phash", mine])
places = lookalike.locate("part.png", "whole.png").located.placements
inliers = lookalike.match("a.jpg", "b.jpg").found.geometry
table = lookalike.evaluate("classes", ["phash"]).rows

try:
    lookalike.compare("a.jpg", "b.jpg")
except (lookalike.BadPicture, lookalike.BadQuery) as error:
    about: str | None = error.path
"""
WRONG = """
lookalike.searching()
lookalike.describe(["a.jpg"], describer=3)
lookalike.describer(model, dim="3", name="mine")
library.vectors(3)
library.add(["a.jpg"])
"""


def checked(tmp_path: Path, text: str) -> str:
    (tmp_path / "uses.py").write_text(text)
    command = [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "uses.py"]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False).stdout


def test_public_names_have_types_and_each_misuse_is_told(tmp_path: Path) -> None:
    told = checked(tmp_path, USES + WRONG)
    assert 'has no attribute "searching"' in told
    assert "Found 5 errors" in told, told


def test_the_same_names_are_there_at_run_time(tmp_path: Path) -> None:
    """A call of a package goes to its function, whichever of the two was imported first."""
    for first in ("", "import lookalike.describe, lookalike.match, lookalike.evaluate\n"):
        code = first + (
            "import inspect, lookalike\n"
            "assert list(inspect.signature(lookalike.describe).parameters)[0] == 'pictures'\n"
            "assert list(inspect.signature(lookalike.match).parameters)[:2] == ['a', 'b']\n"
            "assert list(inspect.signature(lookalike.evaluate).parameters)[0] == 'folder'\n"
            "from lookalike.describe import DESCRIBERS\n"
            "assert 'phash' in DESCRIBERS and callable(lookalike.locate)\n"
        )
        subprocess.run([sys.executable, "-c", code], check=True)
