"""What a kill leaves open is settled by where the file is."""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from lookalike import Library
from lookalike.search.resolve.journal import NAME, Entry, Journal, Stage
from lookalike.search.resolve.moving import rename_new
from lookalike.search.resolve.outcomes import Refused
from lookalike.search.resolve.settle import settle
from lookalike.store import open_store


@pytest.fixture
def moved(held: Library, photos: Path, tmp_path: Path) -> Entry:
    """The act by which b.png was moved, and nothing else."""
    (photos / "sub" / "c.png").unlink()
    held.index(photos)
    held.dupes().resolve(action="move", into=tmp_path / "aside")
    (entry,) = Journal(held.folder).entries()
    return entry


def settled(library: Library, entry: Entry, stage: Stage) -> Stage:
    """Stage of the act after it was found open at that one."""
    Journal(library.folder).note(entry, stage)
    with closing(open_store(library.folder)) as store, store.writing():
        journal = Journal(library.folder)
        assert len(settle(journal, store)) == 1
        assert settle(journal, store) == []
    (found,) = Journal(library.folder).entries()
    return found.stage


def known(library: Library) -> set[str]:
    return {os.path.basename(record.path) for record in library.records() if "aside" in record.path}


def test_an_act_that_was_done_is_done_and_one_that_was_not_is_void(held: Library, moved: Entry) -> None:
    assert moved.to is not None
    assert settled(held, moved, "begun") == "done"
    assert known(held) == {"b.png"}
    shutil.move(moved.to, moved.path)
    assert settled(held, moved, "begun") == "void"
    assert known(held) == set()
    assert moved.path in {record.path for record in held.records()}


def test_an_undoing_that_was_not_done_can_be_undone_again(held: Library, moved: Entry) -> None:
    assert settled(held, moved, "undoing") == "done"
    assert {outcome.fate for outcome in held.undo().outcomes} == {"restored"}


def test_of_a_file_at_both_places_the_second_one_goes(held: Library, moved: Entry) -> None:
    """Between two drives a file is copied, and then removed."""
    assert moved.to is not None
    shutil.copy2(moved.to, moved.path)
    assert settled(held, moved, "begun") == "void"
    assert not os.path.exists(moved.to)
    assert os.path.exists(moved.path)


def test_one_file_at_both_places_by_two_names_stays(held: Library, moved: Entry) -> None:
    assert moved.to is not None
    os.link(moved.to, moved.path)
    assert settled(held, moved, "begun") == "void"
    assert os.path.exists(moved.to)


def test_another_file_at_its_place_is_not_taken_for_it(held: Library, moved: Entry, draw) -> None:
    draw(8).save(moved.path)
    assert settled(held, moved, "begun") == "done"
    held.index(os.path.dirname(moved.path))
    assert settled(held, moved, "undoing") == "done"
    assert moved.path in {record.path for record in held.records()}


@pytest.mark.parametrize("action", ["move", "symlink"])
def test_what_a_run_that_was_killed_had_done_is_told_by_the_next_one(
    action: str, held: Library, photos: Path, tmp_path: Path
) -> None:
    """It was killed before the library followed: when the groups are made, the file seems to be gone or changed."""
    into = tmp_path / "aside" if action == "move" else None
    before = shutil.copytree(held.folder, tmp_path / "before")
    held.dupes().resolve(action=action, into=into)
    with Library(before, workers=1) as killed:
        shutil.copy(held.folder / NAME, before / NAME)
        Journal(before).note(Journal(before).entries()[0], "begun")
        found = killed.dupes().resolve(action=action, into=into)
        fates = [each.fate for each in found.outcomes if each.path == str(photos / "b.png")]
        assert fates == ["moved" if action == "move" else "linked"]
        assert found.recovered == 1


def test_what_lies_half_way_is_removed(held: Library, moved: Entry) -> None:
    half = Path(f"{moved.path}.half")
    half.write_text("half")
    assert settled(held, replace(moved, temporary=str(half)), "begun") == "done"
    assert not half.exists()


def test_a_line_that_a_kill_cut_off_is_as_none_and_the_next_one_stands_alone(held: Library, moved: Entry) -> None:
    file = held.folder / NAME
    whole = file.read_bytes()
    for cut in (1, 7, 100):
        file.write_bytes(whole + whole[:-cut] if cut > 1 else whole + whole[:50])
        assert len(Journal(held.folder).entries()) == 1
        Journal(held.folder).note(replace(moved, run=2, number=cut), "void")
        assert [entry.run for entry in Journal(held.folder).entries()] == [1, 2]
    file.write_bytes(b"\xff\xfe\n{}\n[]\nnull\n" + whole)
    assert Journal(held.folder).run == 2


def test_a_rename_never_overwrites(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
    with pytest.raises(Refused):
        rename_new(str(tmp_path / "a"), str(tmp_path / "b"))
    rename_new(str(tmp_path / "a"), str(tmp_path / "c"))
    assert ((tmp_path / "b").read_text(), (tmp_path / "c").read_text()) == ("b", "a")
    (tmp_path / "dangling").symlink_to("nowhere")
    with pytest.raises(Refused):
        rename_new(str(tmp_path / "c"), str(tmp_path / "dangling"))
