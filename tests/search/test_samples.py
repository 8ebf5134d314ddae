"""Pictures to try every verb on."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import lookalike
from lookalike.app.cli.program import app
from lookalike.errors import BadQuery
from lookalike.search.samples import README, write_samples


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("samples") / "new"
    write_samples(made)
    return made


def test_the_same_seed_draws_the_same_pictures_and_another_one_others(folder: Path, tmp_path: Path) -> None:
    again, other = (write_samples(tmp_path / name, seed) for name, seed in (("again", 0), ("other", 1)))
    names = [path.relative_to(tmp_path / "again") for path in again]
    assert all((folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes() for name in names)
    assert [path.relative_to(tmp_path / "other") for path in other] == names
    assert all((folder / name).read_bytes() != (tmp_path / "other" / name).read_bytes() for name in names)


def test_a_folder_with_anything_in_it_is_left_alone(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BadQuery, match="not an empty folder"):
        write_samples(folder)
    (tmp_path / "file").touch()
    with pytest.raises(BadQuery, match="not an empty folder"):
        write_samples(tmp_path / "file")


def test_copies_are_copies_and_near_misses_are_not(folder: Path) -> None:
    def relation(a: str, b: str) -> str:
        return lookalike.compare(folder / a, folder / b, describers=["phash"]).relation

    for name in ("scene-2 crop", "scene-4 rotation", "scene-5 text"):
        assert relation(f"originals/scene/{name.split()[0]}.jpg", f"copies/{name}.jpg") == "copy"
    assert relation("originals/scene/scene-1.jpg", "copies/scene-1 same bytes.jpg") == "identical"
    assert relation("originals/sign/sign-1.png", "copies/sign-1 same pixels.webp") == "identical"
    assert relation("originals/scene/scene-1.jpg", "originals/scene/scene-2.jpg") == "similar"
    for name in ("chart-1", "sign-1"):
        a, b = (
            np.asarray(Image.open(folder / place / f"{name}.png"))
            for place in (f"originals/{name[:-2]}", "near-misses")
        )
        assert a.shape == b.shape
        assert 0 < (a != b).any(axis=2).mean() < 0.5


def test_every_command_of_the_readme_is_one(folder: Path) -> None:
    import typer

    group: Any = typer.main.get_command(app)
    commands = group.commands
    lines = [line.strip() for line in README.splitlines() if line.startswith("  lookalike")]
    assert len(lines) >= 9
    for line in lines:
        words = shlex.split(line)[1:]
        words = words[2:] if words[0] == "--library" else words
        context = commands[words[0]].make_context(words[0], words[1:])
        named = [word for word in words if "/" in word]
        assert all((folder / word).exists() for word in named), line
        context.close()
