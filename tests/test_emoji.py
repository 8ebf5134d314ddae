"""`scripts/emoji.py` makes classes of what several sets draw for one name; here of packages of three icons."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "scripts" / "emoji.py"


@pytest.fixture(scope="module")
def emoji() -> ModuleType:
    spec = importlib.util.spec_from_file_location("emoji_script", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module


def write_package(folder: Path, icons: dict[str, Any], chars: dict[str, str], aliases: dict[str, Any]) -> Path:
    folder.mkdir()
    bodies = {name: {"body": body} for name, body in icons.items()}
    (folder / "icons.json").write_text(json.dumps({"icons": bodies, "aliases": aliases, "width": 36, "height": 36}))
    (folder / "chars.json").write_text(json.dumps(chars))
    (folder / "info.json").write_text(json.dumps({"license": {"title": f"Free {folder.name}", "url": "url"}}))
    return folder


@pytest.fixture
def sets(emoji: ModuleType, tmp_path: Path) -> list[Any]:
    chars = {"1f34e": "red-apple", "1f44b": "waving-hand", "1f44b-1f3fb": "waving-hand-light-skin-tone", "1": "alone"}
    first = {"red-apple": "<a/>", "waving-hand": "<b/>", "waving-hand-light-skin-tone": "<c/>", "alone": "<d/>"}
    other = {"red-apple": "<e/>", "hand-waving": "<f/>", "waving-hand-light-skin-tone": "<g/>"}
    aliases = {"waving-hand": {"parent": "hand-waving"}, "alone": {"parent": "red-apple", "hFlip": True}}
    return [
        emoji.EmojiSet.read("one", write_package(tmp_path / "one", first, chars, {})),
        emoji.EmojiSet.read("two", write_package(tmp_path / "two", other, {}, aliases)),
    ]


def test_a_class_is_what_sets_draw_for_one_name_or_its_alias(emoji: ModuleType, sets: list[Any]) -> None:
    found = dict(emoji.classes_of(sets, 2))
    bodies = {name: {whose: each.body for whose, each in drawings.items()} for name, drawings in found.items()}
    assert bodies == {
        "red-apple": {"one": "<a/>", "two": "<e/>"},
        "waving-hand": {"one": "<b/>", "two": "<f/>"},
    }
    assert "alone" in dict(emoji.classes_of(sets, 1))  # what is mirrored is no other drawing of it


def test_two_names_of_one_thing_are_one_class(emoji: ModuleType, sets: list[Any], tmp_path: Path) -> None:
    icons = {"apple": "<a/>", "red-apple": "<a/>"}
    twice = emoji.EmojiSet.read("x", write_package(tmp_path / "x", icons, {"1": "apple", "2": "red-apple"}, {}))
    assert [name for name, _ in emoji.classes_of([twice], 1)] == ["apple"]


def test_a_folder_of_classes_is_written_with_the_licences(emoji: ModuleType, sets: list[Any], tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    assert emoji.write(sets, out, 2, 48, lambda svg, side: f"{side} {svg}".encode()) == (2, 4)
    files = sorted(str(file.relative_to(out)) for file in out.rglob("*.png"))
    assert files == ["red-apple/one.png", "red-apple/two.png", "waving-hand/one.png", "waving-hand/two.png"]
    drawn = (out / "red-apple" / "two.png").read_text("utf-8")
    assert drawn == '48 <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36"><e/></svg>'
    assert "two: Free two, url" in (out / "LICENCES.txt").read_text("utf-8")
