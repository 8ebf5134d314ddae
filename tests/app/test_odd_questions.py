"""Whatever is asked about: at most 1 GB and 20 s, or `too_large`, and never a traceback."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

Reliability = Callable[[str], ModuleType]
FILES = 38
MOST_BYTES = 2**30
MOST_OF_A_WORKER = 512 * 2**20
MOST_SECONDS = 20.0  # of the CPU: the clock also counts what else the machine does

WORST = ("1x1.png", "65500x3.jpg", "turned.jpg", "400000x100.png", "ends too soon.png", "lying.jpg")
"""Asked about in more ways."""
FEW = ("--describer", "phash")
"""All describers take seconds a pair."""
SHARES = ("match", "compare", "locate")
"""Verbs of two pictures: each is asked about a third of the files, and about all of the worst."""

PROGRAM = """
import json, os, sys
from lookalike.app.cli.program import _run
for line in json.loads(sys.argv[1]):
    before = os.times()
    code = _run(line)
    after = os.times()
    sys.stderr.flush()
    print(json.dumps({"code": code, "seconds": sum(after[:4]) - sum(before[:4])}), file=sys.stderr, flush=True)
"""
"""Questions one after the other in one process: what each of them takes, and all that is said, on stderr."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, reliability: Reliability) -> Path:
    """`odd/` with the files, and an ordinary photo.png beside it."""
    folder = tmp_path_factory.mktemp("odd_questions")
    assert len(reliability("odd_files").made(folder / "odd", large=False)) == FILES
    reliability("odd_files").noise(300, 200, seed=9).save(folder / "photo.png")
    return folder


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of a process")
@pytest.mark.parametrize("verb", ["match", "compare", "locate", "search", "index, describe and dupes"])
def test_no_question_takes_more_than_it_may(verb: str, folder: Path, tmp_path: Path, reliability: Reliability) -> None:
    odd, photo, library = sorted((folder / "odd").iterdir()), str(folder / "photo.png"), str(tmp_path / "library")
    share = set(odd[SHARES.index(verb) :: len(SHARES)]) if verb in SHARES else set()
    asked = [file for file in odd if file in share or file.name in WORST]
    lines: list[list[str]]
    if verb == "search":
        setup = [["index", photo, "--library", library]]
        lines = setup + [["search", str(file), "--library", library] for file in odd]
    elif verb.startswith("index"):
        lines = [["index", str(folder / "odd"), "--library", library, "--json"]]
        lines += [["describe", str(folder / "odd"), "--with", "phash", "-o", str(tmp_path / "rows.npz")]]
        lines += [["dupes", "--library", library], ["dupes", "--relation", "scene", "--library", library]]
    elif verb == "compare":
        lines = [[verb, photo, str(file), *([] if file.name in WORST else FEW)] for file in asked]
    else:
        lines = [[verb, photo, str(file)] for file in asked]
        lines += [[verb, str(file), photo] for file in odd if file.name in WORST]
    outcome = reliability("watched").watched([sys.executable, "-c", PROGRAM, json.dumps(lines)])
    assert outcome.code == 0, outcome.err
    assert "Traceback" not in outcome.err
    assert "a defect of the program" not in outcome.err
    told = [json.loads(line) for line in outcome.err.splitlines() if line.startswith("{")]
    assert len(told) == len(lines)
    assert {one["code"] for one in told} <= {0, 1, 2, 3}
    assert max(one["seconds"] / (len(odd) if verb.startswith("index") else 1) for one in told) < MOST_SECONDS
    assert max(outcome.peaks.of_kind.values()) < MOST_BYTES
    assert outcome.peaks.of_kind["worker"] < MOST_OF_A_WORKER
    if verb == "search":
        assert "too_large: 13000 x 13000 px" in outcome.err  # said plainly


def test_the_watch_sees_what_a_grandchild_holds(reliability: Reliability) -> None:
    grandchild = "block = b'x' * 300_000_000; import time; time.sleep(0.5)"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {grandchild!r}])"
    peaks = reliability("watched").watched([sys.executable, "-c", child]).peaks
    assert peaks.of_kind["other child"] > 300_000_000
    assert peaks.of_kind["main"] < 100_000_000


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of a process")
def test_damaged_copies_of_odd_files_have_an_outcome_each(
    folder: Path, tmp_path: Path, reliability: Reliability, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile, chance = reliability("hostile"), random.Random(3)
    odd = [file for file in sorted((folder / "odd").iterdir()) if file.stat().st_size < 2**20]
    made = tmp_path / "hostile"
    made.mkdir()
    for number in range(60):
        base, other = chance.sample(odd, 2)
        (made / f"{number} {base.name}").write_bytes(hostile.damaged(base.read_bytes(), other, chance))
    monkeypatch.setattr(sys, "argv", ["hostile.py", str(made), "--workers", "1"])
    assert hostile.main() == 0
