"""The lines of the documentation about a shop's catalogue do what is said beside them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import lookalike
from lookalike.search.ingest.options import Options

ROOT = Path(__file__).resolve().parents[3]
BLOCK = re.compile(r"## A shop's catalogue\n.*?```sh\n.*?```.*?```sh\nS=\S+\n(.*?)```", re.DOTALL)


def lines() -> list[str]:
    """Lines of curl, without those that begin the service."""
    (block,) = BLOCK.findall((ROOT / "docs" / "server.md").read_text("utf-8"))
    return [line.partition("  #")[0].strip() for line in block.splitlines()]


@pytest.fixture
def shop(tmp_path: Path, photo_files: list[Path]) -> Iterator[tuple[Path, str]]:
    """A folder with a catalogue, a customer's photo and an arrival; and the service on it."""
    (tmp_path / "catalogue" / "new").mkdir(parents=True)
    for file in photo_files[1:]:
        shutil.copy(file, tmp_path / "catalogue")
    coffee = next(file for file in photo_files if file.name == "coffee.png")
    shutil.copy(coffee, tmp_path / "catalogue" / "again.png")
    with Image.open(coffee) as image:
        image.convert("RGB").resize((480, 320)).save(tmp_path / "customer.jpg", quality=70)
    with Image.open(photo_files[0]) as image:
        image.convert("RGB").save(tmp_path / "arrival.jpg")
    with lookalike.open(tmp_path / "library") as library:
        library.index(tmp_path / "catalogue", options=Options(workers=1))
    command = [sys.executable, "-m", "lookalike", "--library", tmp_path / "library", "serve", "--port", "0"]
    command += ["--role", "write", "--uploads", tmp_path / "catalogue" / "new"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            yield tmp_path, process.stderr.readline().split()[4].rstrip("/")
        finally:
            process.terminate()


@pytest.mark.skipif(shutil.which("curl") is None or shutil.which("bash") is None, reason="curl or bash is not here")
def test_the_lines_about_a_catalogue_do_what_they_say(shop: tuple[Path, str]) -> None:
    folder, address = shop
    asked = lines()
    assert len(asked) == 12
    script = "\necho; echo ----\n".join([f"S={address}", *asked])
    ran = subprocess.run(["bash", "-euc", script], cwd=folder, capture_output=True, text=True, check=True, timeout=300)
    _, *told = ran.stdout.split("----\n")
    answers: dict[str, Any] = {line: json.loads(text) for line, text in zip(asked, told, strict=True) if text.strip()}
    status, like, part, colours, mixed, labelled, cheap, why, added, twice = answers.values()
    cups = {"coffee.png", "again.png"}
    assert status["images"] == 7
    for found in (like, part, colours, mixed):
        assert {Path(hit["path"]).name for hit in found["hits"][:2]} == cups
    assert len(like["hits"]) == 5
    assert colours["query"]["by"] == {"histogram": 1}
    assert labelled["labels"] == ["cup", "price=4.90"]
    assert {Path(hit["path"]).name for hit in cheap["hits"]} == cups
    assert "convnet" in {each["channel"] for each in why["channels"]}
    assert added["pictures"][0]["new"]
    assert [{Path(each["path"]).name for each in group["members"]} for group in twice["groups"]] == [cups]
    with Image.open(folder / "thumbnail.webp") as image:
        assert max(image.size) == 480
