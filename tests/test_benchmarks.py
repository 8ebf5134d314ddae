"""Every benchmark can be started and says how: what is not run each day rots unseen."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
PROGRAMS = [file for file in sorted(BENCHMARKS.rglob("*.py")) if "__main__" in file.read_text("utf-8")]
HEAVY = {"kornia", "pandas", "sklearn", "torch"}
ASK_EACH = """
import contextlib, io, json, runpy, sys

def asked(file):
    sys.argv, sys.path[0] = [file, "--help"], file.rpartition("/")[0]
    told = io.StringIO()
    try:
        with contextlib.redirect_stdout(told):
            runpy.run_path(file, run_name="__main__")
    except SystemExit as ended:
        return [ended.code, told.getvalue()]
    except Exception as error:
        return [repr(error), told.getvalue()]
    return ["it went on", told.getvalue()]

told = {file: asked(file) for file in json.load(sys.stdin)}
json.dump({"told": told, "loaded": sorted(sys.modules)}, sys.stdout)
"""


@pytest.fixture(scope="module")
def asked() -> dict[str, object]:
    """What each told, and all modules that were loaded for it: one process asks all, so that most load nothing."""
    names = json.dumps([str(file) for file in PROGRAMS])
    done = subprocess.run([sys.executable, "-c", ASK_EACH], input=names, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("file", PROGRAMS, ids=lambda file: str(file.relative_to(BENCHMARKS)))
def test_a_benchmark_says_how_it_is_called(asked: dict[str, dict[str, list[object]]], file: Path) -> None:
    code, told = asked["told"][str(file)]
    assert code == 0
    assert str(told).startswith(f"usage: {file.name}")


def test_for_that_nothing_heavy_is_loaded(asked: dict[str, list[str]]) -> None:
    assert sorted(HEAVY & set(asked["loaded"])) == []
