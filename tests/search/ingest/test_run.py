from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest
from PIL import Image

from lookalike import Library
from lookalike.errors import BadQuery
from lookalike.pixels.limits import Limits
from lookalike.search.ingest.run import IndexReport, Options, Progress
from lookalike.types import Failure

BY = ["phash"]


def counts(report: IndexReport) -> dict[str, int]:
    """What is not zero."""
    names = ("added", "updated", "moved", "unchanged", "skipped", "failed", "removed")
    assert report.seen == sum(getattr(report, name) for name in names[:-1])
    return {name: getattr(report, name) for name in names if getattr(report, name)}


def names(library: Library) -> list[str]:
    return [Path(record.path).name for record in library.store.records()]


def reasons(failures: Iterable[Failure]) -> dict[str, str]:
    return {Path(failure.path).name: failure.reason for failure in failures}


def test_new_pictures_are_added_and_stay_unchanged(library: Library, folder: Path) -> None:
    assert counts(library.index(folder, describers=BY)) == {"added": 5}
    assert counts(library.index(folder)) == {"unchanged": 5}
    assert sorted(names(library)) == [f"{number}.png" for number in range(5)]


def test_a_changed_file_is_updated(library: Library, folder: Path) -> None:
    library.index(folder, describers=BY)
    shutil.copy(folder / "1.png", folder / "0.png")
    assert counts(library.index(folder)) == {"updated": 1, "unchanged": 4}
    first, second = (r for r in library.store.records() if Path(r.path).name in ("0.png", "1.png"))
    assert first.id == second.id


def test_a_moved_file_keeps_its_vectors(library: Library, folder: Path) -> None:
    library.index(folder, describers=BY)
    space = library.store.spaces()[0]
    before = library.store.vector_ids(space).tolist()
    (folder / "deep").mkdir()
    (folder / "0.png").rename(folder / "deep" / "zero.png")
    assert counts(library.index(folder)) == {"moved": 1, "unchanged": 4}
    assert library.store.vector_ids(space).tolist() == before


def test_a_copy_beside_the_original_is_added_not_moved(library: Library, folder: Path) -> None:
    library.index(folder, describers=BY)
    shutil.copy(folder / "0.png", folder / "copy.png")
    assert counts(library.index(folder)) == {"added": 1, "unchanged": 5}
    assert len(library.store.ids()) == 5


def test_one_content_is_described_once_however_many_files_hold_it(library: Library, folder: Path) -> None:
    for number in range(20):
        shutil.copy(folder / "0.png", folder / f"copy{number}.png")
    assert counts(library.index(folder, describers=BY)) == {"added": 25}
    assert len(library.store.ids()) == 5


def test_a_vanished_file_is_dropped_when_its_folder_is_there(library: Library, folder: Path) -> None:
    library.index(folder, describers=BY)
    (folder / "0.png").unlink()
    assert counts(library.index(folder)) == {"unchanged": 4, "removed": 1}


def test_a_vanished_root_drops_nothing(library: Library, folder: Path) -> None:
    library.index(folder, describers=BY)
    folder.rename(folder.with_name("unplugged"))
    with pytest.raises(BadQuery, match="nothing dropped"):
        library.index(folder)
    assert library.store.count() == 5


def test_files_of_other_folders_are_left_alone(library: Library, folder: Path) -> None:
    other = folder.with_name("photos2")  # its name begins as the other's does
    shutil.copytree(folder, other)
    library.index([folder, other], describers=BY)
    (other / "0.png").unlink()
    library.index(folder)
    assert library.store.count() == 10


def test_bad_files_fail_with_a_reason_and_the_rest_is_added(library: Library, folder: Path) -> None:
    (folder / "text.jpg").write_text("not a picture")
    (folder / "empty.png").touch()
    (folder / "cut.png").write_bytes((folder / "0.png").read_bytes()[:200])
    report = library.index(folder, describers=BY)
    assert counts(report) == {"added": 5, "failed": 3}
    assert reasons(report.failures) == {"text.jpg": "not_an_image", "empty.png": "not_an_image", "cut.png": "truncated"}


def test_a_failure_is_remembered_by_content_and_not_paid_again(library: Library, folder: Path) -> None:
    (folder / "cut.png").write_bytes((folder / "0.png").read_bytes()[:200])
    library.index(folder, describers=BY)
    shutil.copy(folder / "cut.png", folder / "again.png")
    no_decoding = Options(workers=1, limits=Limits(seconds=1e-6))  # any file given to a worker would time out
    report = library.index(folder, options=no_decoding)
    assert reasons(report.failures) == {"cut.png": "truncated", "again.png": "truncated"}


def test_failures_are_tried_again_when_asked(library: Library, folder: Path) -> None:
    hasty = Options(workers=1, limits=Limits(seconds=1e-6))
    assert set(reasons(library.index(folder, describers=BY, options=hasty).failures).values()) == {"timeout"}
    assert counts(library.index(folder)) == {"failed": 5}
    assert counts(library.index(folder, options=Options(workers=1, retry_failed=True))) == {"added": 5}


def test_too_large_files_and_pictures_fail(library: Library, folder: Path) -> None:
    Image.new("RGB", (400, 300)).save(folder / "wide.png")
    (folder / "long.png").write_bytes((folder / "0.png").read_bytes() + bytes(50_000))
    limits = Limits(pixels=100_000, bytes=40_000)
    report = library.index(folder, describers=BY, options=Options(workers=1, limits=limits))
    assert reasons(report.failures) == {"wide.png": "too_large", "long.png": "too_large"}


def test_hidden_system_linked_and_special_files_are_skipped(library: Library, folder: Path) -> None:
    shutil.copy(folder / "0.png", folder / ".hidden.png")
    for name in (".git", "@eaDir"):
        (folder / name).mkdir()
        shutil.copy(folder / "0.png", folder / name / "inside.png")
    (folder / "link.png").symlink_to(folder / "0.png")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.png")
    (folder / "notes.txt").write_text("no picture")
    assert counts(library.index(folder, describers=BY)) == {"added": 5, "skipped": 5}


def test_a_picture_without_an_ending_is_found(library: Library, folder: Path) -> None:
    (folder / "0.png").rename(folder / "0")
    assert counts(library.index(folder, describers=BY)) == {"added": 5}


@pytest.mark.parametrize(
    "name", ["new\nline.png", "quo'te\".png", "esc\x1b[31m.png", os.fsdecode(b"\xff\xfe.png"), "ü.png"]
)
def test_any_file_name_round_trips(library: Library, folder: Path, name: str) -> None:
    target = (folder / "0.png").rename(folder / name)
    library.index(folder, describers=BY)
    assert str(target) in [record.path for record in library.store.records()]
    assert counts(library.index(folder)) == {"unchanged": 5}


def test_overlapping_paths_are_one(library: Library, folder: Path) -> None:
    assert counts(library.index([folder, folder / "0.png", folder.parent / "photos"], describers=BY)) == {"added": 5}


def test_a_new_describer_is_filled_for_the_whole_library(library: Library, folder: Path) -> None:
    library.index(folder, describers=BY)
    other = folder.with_name("other")
    other.mkdir()
    shutil.copy(folder / "0.png", other)
    library.index(other, describers=["dhash"])
    missing = {space.name: len(library.store.missing(space)) for space in library.store.spaces()}
    assert missing == {"phash": 0, "dhash": 0}


def test_a_run_that_is_asked_to_stop_commits_and_the_next_goes_on(library: Library, folder: Path) -> None:
    asked: list[Progress] = []

    def stop() -> bool:
        return True

    report = library.index(folder, describers=BY, options=Options(workers=1, on_commit=asked.append, should_stop=stop))
    assert report.interrupted
    assert library.store.count() == report.added
    assert counts(library.index(folder)).get("added", 0) + report.added == 5


def test_commits_are_acknowledged(library: Library, folder: Path) -> None:
    told: list[Progress] = []
    library.index(folder, describers=BY, options=Options(workers=1, on_commit=told.append))
    last = {progress.of: progress for progress in told}
    assert list(last) == ["vectors", "local features", "small planes"]
    assert all(progress == Progress(5, 5, 0, of) for of, progress in last.items())


def test_no_path_is_an_error(library: Library) -> None:
    with pytest.raises(BadQuery):
        library.index([])
