"""The program as a user runs it: in a process of its own, or in this one, which is quick."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import lookalike
from lookalike.app.cli import main


@dataclass(frozen=True)
class Ran:
    """What a run left."""

    code: int
    out: bytes
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


Program = Callable[..., Ran]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """`lookalike --library LIBRARY ...`; the library is `tmp_path / "library"`."""

    def run(*arguments: str | Path, stdin: bytes = b"", **environment: str) -> Ran:
        command = [sys.executable, "-m", "lookalike", *(os.fsencode(argument) for argument in arguments)]
        default = {"LOOKALIKE_LIBRARY": str(tmp_path / "library")}
        done = subprocess.run(
            command, input=stdin, capture_output=True, env=os.environ | default | environment, cwd=tmp_path, check=False
        )
        return Ran(done.returncode, done.stdout, done.stderr.decode(errors="replace"))

    return run


@pytest.fixture
def photos_folder(tmp_path: Path) -> Path:
    """Four different pictures and one that is none."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for seed in range(4):
        draw(folder / f"{seed}.png", seed)
    (folder / "broken.jpg").write_text("no picture")
    return folder


@pytest.fixture(name="draw")
def _draw() -> Callable[..., None]:
    return draw


def draw(file: Path, seed: int, side: int = 64) -> None:
    """Coarse noise."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC).save(file)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Program:
    """The program in this process, which is quick: it stands in `tmp_path`, its library is `tmp_path / "library"`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOOKALIKE_LIBRARY", str(tmp_path / "library"))

    def run(*arguments: str | Path, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capsysbinary.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([os.fsdecode(argument) for argument in arguments])
        told = capsysbinary.readouterr()
        return Ran(int(ended.value.code or 0), told.out, told.err.decode(errors="replace"))

    return run


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with pictures and their library, for what only reads."""
    folder = tmp_path_factory.mktemp("shelf")
    (folder / "photos").mkdir()
    for seed in range(4):
        draw(folder / "photos" / f"{seed}.png", seed)
    (folder / "photos" / "broken.jpg").write_text("no picture")
    with lookalike.open(folder / "library") as library:
        library.index(folder / "photos", describers=["phash"], local=False, planes=False)
    return folder
