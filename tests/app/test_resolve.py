"""Duplicates narrowed down, and acted upon from the command line."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

from lookalike.app.cli.commands.resolve import joined

BARE = ("--describer", "phash", "--no-local", "--no-planes", "-q")


@pytest.fixture
def indexed(here, photos_folder: Path):
    """The program in this process, whose library has 0.png again in two folders, and 1.png in one."""
    for name in ("new/0.png", "old/0.png", "new/1.png"):
        (photos_folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(photos_folder / Path(name).name, photos_folder / name)
    assert here("index", photos_folder, *BARE).code == 3
    return here


def names(ran, photos_folder: Path) -> list[set[str]]:
    return [
        {os.path.relpath(member["path"], photos_folder.resolve()) for member in group["members"]}
        for group in ran.document["groups"]
    ]


def outcomes(ran, photos_folder: Path) -> dict[str, str]:
    return {
        os.path.relpath(each["path"], photos_folder.resolve()): each["reason"] or each["outcome"]
        for group in ran.document["groups"]
        for each in group["files"]
    }


def test_dupes_are_narrowed_down_to_paths_filters_and_two_folders(indexed, photos_folder: Path) -> None:
    new, old = photos_folder / "new", photos_folder / "old"
    assert names(indexed("dupes", "--json"), photos_folder) == [
        {"0.png", "new/0.png", "old/0.png"},
        {"1.png", "new/1.png"},
    ]
    assert names(indexed("dupes", new, old, "--json"), photos_folder) == [{"new/0.png", "old/0.png"}]
    assert names(indexed("dupes", "--between", new, old, "--json"), photos_folder) == [{"new/0.png", "old/0.png"}]
    crossing = indexed("dupes", "--between", photos_folder, old, "--json")
    assert names(crossing, photos_folder) == [{"0.png", "new/0.png", "old/0.png"}]
    assert names(indexed("dupes", "--where", "name = 1.png", "--json"), photos_folder) == [{"1.png", "new/1.png"}]
    assert indexed("dupes", new).code == 1
    for wrong in (["--between", new, new], ["nowhere"], ["--reference", "nowhere"], ["--where", "size ="]):
        assert indexed("dupes", *wrong).code == 2


def test_a_reference_folder_has_the_best_file_and_no_superfluous_one(indexed, photos_folder: Path) -> None:
    document = indexed("dupes", "--reference", photos_folder / "new", "--json").document
    best = {member["path"] for group in document["groups"] for member in group["members"] if member["best"]}
    assert best == {str(photos_folder.resolve() / "new" / name) for name in ("0.png", "1.png")}
    assert document["superfluous"]["files"] == 3
    both = indexed("dupes", "--reference", photos_folder / "new", "--reference", photos_folder / "old", "--json")
    assert both.document["superfluous"]["files"] == 2


def test_a_table_has_a_row_for_each_file(indexed, photos_folder: Path) -> None:
    strange = os.fsencode(photos_folder) + b'/\xff, "1".png'
    shutil.copy(photos_folder / "1.png", strange)
    indexed("index", photos_folder, "-q")
    text = indexed("dupes", "--csv").out
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8", "surrogateescape"))))
    assert [row["group"] for row in rows] == ["1", "1", "1", "2", "2", "2"]
    assert {os.fsencode(row["path"]) for row in rows} >= {strange}
    assert [row["could_go"] for row in rows].count("yes") == 4
    assert {row["width"] for row in rows} == {"64"}
    assert indexed("dupes", "--csv", "--json").code == 2


def test_format_pairs_and_bursts_are_told_apart_and_left_out(indexed, photos_folder: Path) -> None:
    for name in ("IMG_1.dng", "IMG_1.JPG"):
        shutil.copy(photos_folder / "2.png", photos_folder / name)
    indexed("index", photos_folder, "-q")
    document = indexed("dupes", "--json").document
    told = [member.get("companion") for group in document["groups"] for member in group["members"]]
    (companion,) = filter(None, told)
    assert companion["kind"] == "pair"
    assert "format pair" in indexed("dupes").out.decode()
    left = names(indexed("dupes", "--no-pairs", "--json"), photos_folder)
    assert {len(group) for group in left} == {3, 2}


def test_a_dry_run_then_a_move_then_its_undoing(indexed, photos_folder: Path, tmp_path: Path) -> None:
    listed = indexed("resolve", "--keep", "shortest")
    assert listed.code == 0
    assert "nothing was touched" in listed.err
    assert "2 groups: 2 kept, 3 superfluous" in listed.out.decode()
    into = tmp_path / "aside"
    moved = indexed("resolve", "--keep", "shortest", "--action", "move", into, "--json")
    assert moved.code == 0
    assert outcomes(moved, photos_folder) == {
        "0.png": "kept",
        "1.png": "kept",
        "new/0.png": "moved",
        "new/1.png": "moved",
        "old/0.png": "moved",
    }
    document = moved.document
    assert (document["schema"], document["action"], document["run"]) == ("lookalike/resolve/1", "move", 1)
    assert document["counts"] == {"kept": 2, "moved": 3}
    assert all(
        Path(each["to"]["path"]).exists() for group in document["groups"] for each in group["files"] if each["to"]
    )
    undone = indexed("resolve", "--undo", "--json")
    assert (undone.code, undone.document["counts"]) == (0, {"restored": 3})
    assert (photos_folder / "old" / "0.png").exists()
    assert indexed("resolve", "--undo").code == 1


def test_groups_come_from_a_file_or_from_stdin(indexed, photos_folder: Path, tmp_path: Path) -> None:
    indexed("dupes", "--json", "-o", tmp_path / "groups.json")
    found = indexed("resolve", tmp_path / "groups.json", "--json")
    assert found.document["counts"] == {"kept": 2, "superfluous": 3}
    guarded = indexed(
        "resolve", "-", "--reference", photos_folder / "old", "--json", stdin=(tmp_path / "groups.json").read_bytes()
    )
    assert outcomes(guarded, photos_folder)["old/0.png"] == "kept"
    stranger = json.loads((tmp_path / "groups.json").read_text())
    stranger["groups"][0]["members"][0]["path"] = "/nowhere.png"
    (tmp_path / "groups.json").write_text(json.dumps(stranger))
    assert indexed("resolve", tmp_path / "groups.json").code == 3


@pytest.mark.parametrize(
    "wrong",
    [
        ["--relation", "variant"],
        ["--relation", "scene"],
        ["--relation", "twin"],
        ["--action", "delete"],
        ["--action", "trash:x"],
        ["--action", "move"],
        ["--keep", "newest"],
        ["--undo", "0"],
        ["--undo", "--where", "width > 1"],
        ["--undo", "groups.json"],
        ["groups.json", "--relation", "copy"],
        ["nowhere.json"],
        ["photos/0.png"],
        ["--shown", "2"],
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence_and_nothing_is_touched(
    wrong: list[str], indexed, photos_folder: Path, tmp_path: Path
) -> None:
    before = sorted(photos_folder.rglob("*"))
    ran = indexed("resolve", *wrong)
    assert ran.code == 2
    assert "Traceback" not in ran.err
    assert sorted(photos_folder.rglob("*")) == before
    assert not (tmp_path / "library" / "resolve.journal").exists()


def test_an_action_with_its_folder_and_an_undo_with_its_number_are_one_word() -> None:
    assert joined(["--action", "move", "a:b", "g.json"]) == ["--action=move:a:b", "g.json"]
    assert joined(["g.json", "--action", "move", "d"]) == ["g.json", "--action=move:d"]
    assert joined(["--action=move", "d"]) == ["--action=move:d"]
    assert joined(["--action", "move", "--json"]) == ["--action=move", "--json"]
    assert joined(["--action", "trash", "g.json"]) == ["--action=trash", "g.json"]
    assert joined(["--undo"]) == ["--undo=1"]
    assert joined(["--undo", "3", "--json"]) == ["--undo=3", "--json"]
    assert joined(["--undo", "g.json"]) == ["--undo=1", "g.json"]
    assert joined(["--action"]) == ["--action"]


def test_copies_are_trashed_and_variants_and_parts_are_not(program, tmp_path: Path, photo_files: list[Path]) -> None:
    """By the program as a user has it, with a trash of its own, on photos."""
    own = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data")}
    folder = tmp_path / "shots"
    folder.mkdir()
    cat, coffee = (
        Image.open(next(file for file in photo_files if file.name == name)).convert("RGB").resize((360, 240))
        for name in ("chelsea.png", "coffee.png")
    )
    cat.save(folder / "cat.png")
    cat.save(folder / "cat.jpg", quality=80)
    cat.resize((180, 120)).save(folder / "cat small.png")
    cat.crop((0, 0, 170, 240)).save(folder / "cat part.png")
    variant = cat.copy()
    variant.paste(coffee.resize((120, 80)), (120, 80))
    variant.save(folder / "cat variant.png")
    coffee.save(folder / "coffee.png")
    assert program("index", folder, "--describer", "phash", "-q", **own).code == 0
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    ran = program("resolve", "--relation", "copy", "--action", "trash", "--json", **own)
    assert outcomes(ran, folder) == {"cat.png": "kept", "cat.jpg": "trashed", "cat small.png": "trashed"}
    assert sorted(file.name for file in folder.iterdir()) == [
        "cat part.png",
        "cat variant.png",
        "cat.png",
        "coffee.png",
    ]
    if sys.platform == "linux":
        assert len(list((tmp_path / "data" / "Trash" / "files").iterdir())) == 2
        assert program("resolve", "--undo", **own).code == 0
        assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
        assert program("index", folder, "--json", **own).document["unchanged"] == 6


@pytest.mark.skipif(sys.platform != "linux", reason="a trash as Linux has it")
@pytest.mark.parametrize(("action", "undoing"), [("trash", False), ("move", True), ("hardlink", False)])
def test_a_kill_leaves_every_file_in_one_place_and_undo_brings_all_back(
    action: str,
    undoing: bool,
    tmp_path: Path,
    reliability: Callable[[str], ModuleType],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))  # put back afterwards
    resolving = reliability("resolving")
    at = random.Random(action).uniform(0, 0.1)
    scene = resolving.Scene(tmp_path / "scene")
    assert resolving.killed(scene, action, at, undoing=undoing, goes_on=undoing).wrong == []


def test_that_check_sees_what_is_lost_and_what_is_left_over(
    tmp_path: Path, reliability: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))  # put back afterwards
    resolving = reliability("resolving")
    scene = resolving.Scene(tmp_path / "scene")
    assert resolving.wrong_now(scene, "move") == []
    lost = scene.pictures / "copies 0" / "0 0.png"
    lost.unlink()
    assert resolving.wrong_now(scene, "move") == ["copies 0/0 0.png is in 0 places"]
    (scene.pictures / "copies 0" / ".lookalike-1").touch()
    assert resolving.wrong_after_undo(scene) == [
        "not brought back: copies 0/0 0.png",
        "left behind: copies 0/.lookalike-1",
    ]
