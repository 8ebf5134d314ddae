from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from lookalike import Library
from lookalike.errors import BadQuery
from lookalike.search.ingest.options import Options
from lookalike.search.ingest.roots import Root


@pytest.fixture
def kept(library: Library, folder: Path) -> Library:
    """The five pictures and a broken one."""
    (folder / "deep").mkdir()
    (folder / "0.png").rename(folder / "deep" / "0.png")
    (folder / "cut.png").write_bytes((folder / "1.png").read_bytes()[:200])
    library.index(folder, describers=["phash"], local=False, planes=False)
    return library


def test_a_library_follows_its_pictures_to_another_disk(kept: Library, folder: Path, tmp_path: Path) -> None:
    new = tmp_path / "disk" / "pictures"
    shutil.copytree(folder, new)  # other inodes, and the times of before
    shutil.rmtree(folder)
    assert kept.move_root(folder, new) == 6
    (best, *_) = kept.search(new / "deep" / "0.png")
    assert (best.record.path, best.relation) == (str(new / "deep" / "0.png"), "identical")
    report = kept.index(new, options=Options(workers=1))
    assert (report.unchanged, report.failed, report.new_failures, report.removed) == (5, 1, (), 0)


def test_a_file_that_changed_on_the_way_is_looked_at_again(kept: Library, folder: Path, tmp_path: Path) -> None:
    new = folder.rename(tmp_path / "elsewhere")
    os.utime(new / "1.png", (1, 1))
    kept.move_root(folder, new)
    report = kept.index(new)
    assert (report.unchanged, report.updated) == (4, 1)


def test_a_folder_whose_name_begins_as_the_old_one_stays(kept: Library, folder: Path, tmp_path: Path) -> None:
    other = folder.with_name("photos2")
    shutil.copytree(folder, other)
    kept.index(other)
    folder.rename(tmp_path / "elsewhere")
    assert kept.move_root(folder, tmp_path / "elsewhere") == 6
    assert {root.path for root in kept.roots()} == {str(tmp_path)}
    assert kept.store.count() == 10
    assert len(kept.store.stamps([str(other)])) == 6


def test_what_is_not_there_is_refused(kept: Library, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BadQuery, match="none of the 6 files"):
        kept.move_root(folder, tmp_path / "nowhere")
    with pytest.raises(BadQuery, match="roots list"):
        kept.move_root(tmp_path / "nowhere", folder)
    assert kept.store.count() == 5


def test_roots_are_told_and_whether_they_are_there(kept: Library, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "drive" / "photos"
    shutil.copytree(folder, other)
    kept.index(other)
    assert kept.roots() == [Root(str(tmp_path), 10, True)]
    shutil.rmtree(tmp_path / "drive")
    assert kept.roots() == [Root(str(other), 5, False), Root(str(folder), 5, True)]
