"""What becomes of files that are acted upon, how it is undone, and what keeps files from it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

import lookalike
from lookalike import BadQuery, Library, UnknownName
from lookalike.search.ingest.options import Options
from lookalike.search.resolve.acts import Move
from lookalike.search.resolve.files import Held, check_may_go
from lookalike.search.resolve.journal import Entry, Journal
from lookalike.search.resolve.outcomes import Refused, Resolution
from lookalike.search.resolve.plan import Plan
from lookalike.search.resolve.run import Run
from lookalike.store import open_store

Tree = Callable[[Path], dict[str, str]]
ELSEWHERE = Path("/dev/shm")


def told(resolution: Resolution, folder: Path) -> dict[str, str]:
    """What became of each file, by its name: the reason where it was skipped."""
    return {os.path.relpath(each.path, folder): each.reason or each.fate for each in resolution.outcomes}


def paths(library: Library) -> list[str]:
    return sorted(record.path for record in library.records())


def test_a_list_touches_nothing_and_says_of_every_file_what_would_be(held: Library, photos: Path, tree: Tree) -> None:
    before = tree(photos.parent)
    found = held.dupes().resolve()
    assert told(found, photos) == {"a.png": "kept", "b.png": "superfluous", "sub/c.png": "superfluous"}
    assert found.outcomes[0].why.startswith("oldest")
    assert found.freed == 2 * (photos / "a.png").stat().st_size
    assert (found.run, found.failed) == (None, False)
    assert {name: held for name, held in tree(photos.parent).items() if "sqlite" not in name} == {
        name: held for name, held in before.items() if "sqlite" not in name
    }


@pytest.mark.parametrize("action", ["trash", "move", "hardlink", "symlink"])
def test_what_was_done_is_undone_to_the_byte_and_the_library_follows(
    action: str, held: Library, photos: Path, tmp_path: Path, trash: Path, tree: Tree
) -> None:
    (photos / "b.png").chmod(0o604)
    before, known = tree(photos), paths(held)
    status = {name: (photos / name).stat() for name in before}
    into = tmp_path / "aside" if action == "move" else None
    found = held.dupes().resolve(action=action, into=into)
    fate = {"trash": "trashed", "move": "moved"}.get(action, "linked")
    assert told(found, photos) == {"a.png": "kept", "b.png": fate, "sub/c.png": fate}
    assert (found.run, found.freed) == (1, 2 * status["a.png"].st_size)
    assert held.index(photos, describers=["phash"]).unchanged == len(paths(held)) - (2 if action == "move" else 0)
    assert held.verify() == []
    assert not [name for name in tree(photos) if ".lookalike" in name]

    undone = held.undo()
    assert told(undone, photos) == {"b.png": "restored", "sub/c.png": "restored"}
    assert (tree(photos), paths(held)) == (before, known)
    for name, was in status.items():
        now = (photos / name).stat()
        assert (now.st_mtime_ns, now.st_mode, now.st_nlink) == (was.st_mtime_ns, was.st_mode, 1)
    report = held.index(photos)
    assert (report.unchanged, report.added, report.updated) == (4, 0, 0)
    assert held.undo().outcomes == []
    if into is not None:
        assert list(into.iterdir()) == []


def test_a_move_mirrors_the_tree_and_what_lies_there_is_not_moved_again(
    held: Library, photos: Path, tmp_path: Path, tree: Tree
) -> None:
    into = tmp_path / "aside"
    held.dupes().resolve(action="move", into=into)
    mirrored = str(photos).lstrip("/")
    assert sorted(tree(into)) == [f"{mirrored}/b.png", f"{mirrored}/sub/c.png"]
    again = held.dupes().resolve(action="move", into=into)
    assert sorted(each.reason or each.fate for each in again.outcomes) == ["kept", "set_aside", "set_aside"]
    assert not again.failed


def test_links_share_the_bytes_of_the_kept_one(held: Library, photos: Path) -> None:
    held.dupes().resolve(action="hardlink")
    assert (photos / "b.png").samefile(photos / "a.png")
    assert (photos / "a.png").stat().st_nlink == 3
    for again in (held.dupes().resolve(), held.dupes().resolve(action="trash")):
        assert told(again, photos) == {"a.png": "kept", "b.png": "hard_link", "sub/c.png": "hard_link"}
    held.undo()
    held.dupes().resolve(action="symlink")
    assert (photos / "sub" / "c.png").readlink() == Path("../a.png")
    assert paths(held) == [str(photos / "a.png"), str(photos / "d.png")]


def test_other_bytes_of_the_same_pixels_are_trashed_but_never_linked(held: Library, photos: Path, trash: Path) -> None:
    Image.open(photos / "a.png").save(photos / "e.png", compress_level=1)
    held.index(photos)
    found = held.dupes().resolve(["oldest"], "symlink")
    assert told(found, photos)["e.png"] == "other_bytes"
    assert not (photos / "e.png").is_symlink()
    assert told(held.dupes().resolve(["oldest"], "trash"), photos)["e.png"] == "trashed"


def edited(path: Path) -> None:
    """Other bytes in the same number, and the times of before."""
    was = path.stat()
    data = bytearray(path.read_bytes())
    data[-20] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(was.st_atime_ns, was.st_mtime_ns))


def test_a_file_whose_bytes_changed_since_is_left_whatever_its_time_says(
    held: Library, photos: Path, trash: Path
) -> None:
    groups = held.dupes()
    edited(photos / "b.png")
    found = groups.resolve(action="trash")
    assert told(found, photos) == {"a.png": "kept", "b.png": "changed", "sub/c.png": "trashed"}
    assert found.failed
    assert (photos / "b.png").exists()


def test_nothing_goes_for_a_kept_file_whose_bytes_changed(held: Library, photos: Path, trash: Path) -> None:
    groups = held.dupes()
    edited(photos / "a.png")
    assert told(groups.resolve(action="trash"), photos) == {"a.png": "kept", "b.png": "kept", "sub/c.png": "kept"}
    assert (photos / "b.png").exists()
    assert not trash.exists()


def test_of_a_group_whose_kept_one_is_gone_the_last_one_stays(held: Library, photos: Path, trash: Path) -> None:
    groups = held.dupes()
    (photos / "a.png").unlink()
    (photos / "b.png").unlink()
    found = groups.resolve(action="trash")
    assert told(found, photos) == {"sub/c.png": "kept", "a.png": "gone", "b.png": "gone"}
    assert (photos / "sub" / "c.png").exists()
    assert "only one" in found.outcomes[0].why


def test_a_file_that_the_library_knows_anew_is_left(held: Library, photos: Path, trash: Path, draw) -> None:
    """Another program indexed the folder between the question and the act."""
    groups = held.dupes()
    draw(7).save(photos / "b.png")
    held.index(photos)
    assert told(groups.resolve(action="trash"), photos)["b.png"] == "changed"
    assert (photos / "b.png").exists()


def test_a_file_that_the_library_was_told_to_forget_is_left(held: Library, photos: Path, tmp_path: Path) -> None:
    groups = held.dupes()
    held.forget(photos / "b.png")
    found = groups.resolve(action="move", into=tmp_path / "aside")
    assert told(found, photos) == {"a.png": "kept", "b.png": "changed", "sub/c.png": "moved"}
    assert (photos / "b.png").exists()


class Greedy(Move):
    """A move that takes the kept file along, as where two names of one file are told to be two."""

    def perform(self, entry: Entry, file: Held, kept: Held) -> str | None:
        there = super().perform(entry, file, kept)
        os.rename(kept.path, f"{kept.path}.gone")
        return there


def test_a_file_with_which_the_kept_one_goes_is_put_back(held: Library, photos: Path, tmp_path: Path) -> None:
    (group,) = held.dupes()
    with closing(open_store(held.folder)) as store, store.writing():
        act = Greedy(str(tmp_path / "aside"))
        run = Run(store, Journal(held.folder), act, "move", Options(workers=1), 1)
        outcomes = list(run.outcomes(Plan(group, group.members[0], "", group.members[1:], ())))
    assert [outcome.reason for outcome in outcomes] == ["kept", "kept"]
    assert "put back" in outcomes[0].why
    assert (photos / "b.png").exists()
    assert (photos / "sub" / "c.png").exists()
    assert [entry.stage for entry in Journal(held.folder).entries()] == ["undone"]
    assert len(paths(held)) == 4


def test_a_folder_that_became_a_link_to_another_is_not_gone_through(held: Library, photos: Path, trash: Path) -> None:
    groups = held.dupes()
    (photos / "sub").rename(photos / "real")
    (photos / "sub").symlink_to("real")
    found = groups.resolve(action="trash")
    assert told(found, photos)["sub/c.png"] == "link"
    assert (photos / "real" / "c.png").exists()


def test_one_file_by_two_mounts_is_one_file(library: Library, photos: Path, tmp_path: Path, trash: Path) -> None:
    mounted = tmp_path / "mounted"
    mounted.mkdir()
    if subprocess.run(["mount", "--bind", photos, mounted], check=False, capture_output=True).returncode:
        pytest.skip("nothing may be mounted here")
    try:
        for name in ("b.png", "sub/c.png"):
            (photos / name).unlink()
        library.index([photos, mounted], describers=["phash"], local=False, planes=False)
        found = library.dupes().resolve(action="trash")
        assert {each.reason for each in found.outcomes if each.fate == "skipped"} == {"hard_link"}
        assert (photos / "a.png").exists()
        assert (photos / "d.png").exists()
    finally:
        subprocess.run(["umount", mounted], check=True)


def test_names_of_any_bytes_go_and_come_back(held: Library, photos: Path, tmp_path: Path, trash: Path) -> None:
    names = [os.fsencode(photos) + name for name in (b"/\xff\xfe 1.png", b"/new\nline%20.png", b"/-r.png")]
    try:
        for name in names:
            shutil.copy(os.fsencode(photos / "a.png"), name)
    except OSError:
        pytest.skip("this file system takes no such names")
    held.index(photos)
    for action, into in (("trash", None), ("move", tmp_path / "aside"), ("symlink", None)):
        found = held.dupes().resolve([f"folder:{photos / 'sub'}"], action, into)
        assert sum(each.fate == "kept" for each in found.outcomes) == 1
        assert not any(each.fate == "skipped" for each in found.outcomes)
        assert not any(os.path.isfile(name) and not os.path.islink(name) for name in names)
        assert {each.fate for each in held.undo().outcomes} == {"restored"}
        assert all(os.path.isfile(name) and not os.path.islink(name) for name in names)


def test_nothing_is_overwritten_neither_there_nor_back(held: Library, photos: Path, tmp_path: Path) -> None:
    into = tmp_path / "aside"
    there = into / str(photos).lstrip("/") / "b.png"
    there.parent.mkdir(parents=True)
    there.write_text("mine")
    found = held.dupes().resolve(action="move", into=into)
    assert told(found, photos) == {"a.png": "kept", "b.png": "name_taken", "sub/c.png": "moved"}
    assert there.read_text() == "mine"
    (photos / "sub" / "c.png").write_text("mine too")
    undone = held.undo()
    assert told(undone, photos) == {"sub/c.png": "name_taken"}
    assert undone.failed
    assert (photos / "sub" / "c.png").read_text() == "mine too"
    (photos / "sub" / "c.png").unlink()
    assert told(held.undo(), photos) == {"sub/c.png": "restored"}


def test_what_was_emptied_from_the_trash_or_edited_there_does_not_come_back(
    held: Library, photos: Path, trash: Path
) -> None:
    held.dupes().resolve(action="trash")
    (trash / "b.png").unlink()
    edited(trash / "c.png")
    assert told(held.undo(), photos) == {"b.png": "gone", "sub/c.png": "gone"}
    assert not (photos / "sub" / "c.png").exists()


def test_a_link_whose_kept_one_was_edited_is_not_undone(held: Library, photos: Path) -> None:
    held.dupes().resolve(action="symlink")
    edited(photos / "a.png")
    assert told(held.undo(), photos) == {"b.png": "kept", "sub/c.png": "kept"}
    assert (photos / "b.png").is_symlink()


@pytest.mark.skipif(sys.platform != "linux", reason="another drive, as Linux has one in memory")
def test_files_go_to_another_drive_and_come_back(held: Library, photos: Path, tmp_path: Path, tree: Tree) -> None:
    if not ELSEWHERE.is_dir() or ELSEWHERE.stat().st_dev == photos.stat().st_dev:
        pytest.skip("there is no other drive")
    into = ELSEWHERE / f"lookalike-{os.getpid()}"
    before = tree(photos)
    try:
        found = held.dupes().resolve(action="move", into=into)
        assert told(found, photos) == {"a.png": "kept", "b.png": "moved", "sub/c.png": "moved"}
        assert sorted(tree(photos)) == ["a.png", "d.png"]
        assert {*tree(into).values()} == {before["a.png"]}
        moved = into / str(photos).lstrip("/") / "b.png"
        assert moved.stat().st_mtime == 1_600_000_001
        held.undo()
        assert tree(photos) == before
        assert (photos / "b.png").stat().st_mtime == 1_600_000_001
        assert tree(into) == {}
    finally:
        shutil.rmtree(into, ignore_errors=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_of_somebody_else_is_left(held: Library, photos: Path, trash: Path) -> None:
    os.chown(photos / "b.png", 65534, 65534)
    found = held.dupes().resolve(action="trash")
    assert told(found, photos) == {"a.png": "kept", "b.png": "owner", "sub/c.png": "trashed"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")
def test_a_file_in_a_folder_that_may_not_be_written_to_is_left() -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own is for its user alone
        file = Path(folder) / "a.png"
        file.touch()
        os.chmod(folder, 0o755)
        os.chown(file, 65534, 65534)
        os.seteuid(65534)
        try:
            with pytest.raises(Refused) as refused:
                check_may_go(str(file), file.stat())
        finally:
            os.seteuid(0)
        assert refused.value.reason == "read_only"


def test_one_writer_at_a_time(held: Library, photos: Path, trash: Path) -> None:
    groups = held.dupes()
    with open_store(held.folder).writing(), pytest.raises(lookalike.LibraryBusy):
        groups.resolve(action="trash")
    assert (photos / "b.png").exists()


def test_what_cannot_be_asked_is_refused_before_anything_is_touched(
    held: Library, photos: Path, tmp_path: Path, tree: Tree
) -> None:
    before, groups = tree(photos), held.dupes()
    (tmp_path / "file").write_text("")
    wrong = [
        ({"action": "delete"}, UnknownName),
        ({"action": "move"}, BadQuery),
        ({"action": "trash", "into": "there"}, BadQuery),
        ({"action": "move", "into": tmp_path / "file"}, BadQuery),
        ({"action": "trash", "keep": ["newest"]}, UnknownName),
        ({"action": "trash", "keep": ["folder:"]}, BadQuery),
        ({"action": "trash", "keep": [f"folder:{tmp_path / 'nowhere'}"]}, BadQuery),
        ({"action": "trash", "shown": 2.0}, BadQuery),
    ]
    for asked, error in wrong:
        with pytest.raises(error):
            groups.resolve(**asked)
    with pytest.raises(BadQuery):
        held.undo(0)
    with pytest.raises(BadQuery, match="knows no file"):
        held.dupes(reference=[tmp_path / "misspelt"])
    assert tree(photos) == before
    assert "resolve.journal" not in tree(held.folder)
