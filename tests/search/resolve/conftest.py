"""Libraries of duplicates on disk, and all that lies in a folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lookalike import Library

SIDE = 240


def picture(seed: int, size: tuple[int, int] = (SIDE, SIDE)) -> Image.Image:
    """Coloured noise, coarse and fine: each seed another picture, with enough in it to prove a copy."""
    rng = np.random.default_rng(seed)
    coarse, fine = (
        Image.fromarray(rng.integers(0, 256, (cells, cells, 3), dtype=np.uint8)).resize(size, Image.Resampling.BICUBIC)
        for cells in (10, 60)
    )
    return Image.blend(coarse, fine, 0.4)


@pytest.fixture
def draw() -> Callable[..., Image.Image]:
    return picture


@pytest.fixture
def tree() -> Callable[[Path], dict[str, str]]:
    """Every file by its name below a folder, with what it holds or where it leads."""

    def of(folder: Path) -> dict[str, str]:
        found = {}
        for directory, _, names in os.walk(folder):
            for path in (os.path.join(directory, name) for name in names):
                held = f"-> {os.readlink(path)}" if os.path.islink(path) else sha256(path)
                found[os.path.relpath(path, folder)] = held
        return found

    return of


def sha256(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@pytest.fixture
def trash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of trashed files of a trash that is not the tester's own."""
    import send2trash

    if send2trash.send2trash.__module__ != "send2trash.plat_other":
        pytest.skip("the trash of this system cannot be put elsewhere")
    from send2trash import plat_other

    home = tmp_path / "data"
    monkeypatch.setenv("XDG_DATA_HOME", str(home))
    monkeypatch.setattr(plat_other, "XDG_DATA_HOME", os.fsencode(home))
    monkeypatch.setattr(plat_other, "HOMETRASH_B", os.fsencode(home / "Trash"))
    monkeypatch.setattr(plat_other, "get_dev", lambda _: 0)  # else a folder for tests on a drive of its own has another
    return home / "Trash" / "files"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """a.png; the same bytes as b.png and sub/c.png; and another picture, d.png."""
    folder = tmp_path / "photos"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.png", "b.png", "sub/c.png"):
        picture(1).save(folder / name)
    picture(2).save(folder / "d.png")
    for age, name in enumerate(("a.png", "b.png", "sub/c.png")):
        os.utime(folder / name, (1_600_000_000 + age, 1_600_000_000 + age))
    return folder


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(tmp_path / "library", workers=1) as opened:
        yield opened


@pytest.fixture
def held(library: Library, photos: Path) -> Library:
    """The library of these photos."""
    library.index(photos, describers=["phash"], local=False, planes=False)
    return library
