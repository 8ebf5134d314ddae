from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lookalike import Library
from lookalike.errors import BadQuery, LookalikeError, WorkerFailed
from lookalike.pixels.limits import Limits
from lookalike.search.ingest import fit_describers
from lookalike.search.ingest.options import Options, Progress
from lookalike.search.ingest.report import IndexReport
from lookalike.search.ingest.scan import Skipped
from lookalike.types import Failure

BY = ["phash"]


def counts(report: IndexReport) -> dict[str, int]:
    """What is not zero."""
    names = ("added", "updated", "moved", "unchanged", "skipped", "failed", "removed")
    assert report.seen == sum(getattr(report, name) for name in names[:-1])
    return {name: getattr(report, name) for name in names if getattr(report, name)}


def names(library: Library) -> list[str]:
    return [Path(record.path).name for record in library.store.records()]


def noise(seed: int) -> Image.Image:
    """Each seed another picture."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((64, 48), Image.Resampling.BICUBIC)


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
    assert told[-1] == Progress(5, 5, 0, "pictures")


def test_no_path_is_an_error(library: Library) -> None:
    with pytest.raises(BadQuery):
        library.index([])


# what is refused changes nothing


def test_a_first_index_that_is_refused_leaves_no_library(library: Library, folder: Path) -> None:
    with pytest.raises(BadQuery, match="there is no"):
        library.index([folder, folder / "nowhere"])
    with pytest.raises(LookalikeError, match="weights"):
        library.index(folder, describers=BY, features="superpoint")
    with pytest.raises(BadQuery, match="local features"):
        library.index(folder, local=False, features="orb")
    assert not library.folder.exists()


def test_what_workers_cannot_make_is_refused_before_anything_changes(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LOOKALIKE_CACHE", str(tmp_path / "none"))
    with pytest.raises(WorkerFailed, match="xfeat"):
        library.index(folder, describers=BY, features="xfeat")
    assert not library.folder.exists()
    library.index(folder, describers=BY)
    with pytest.raises(WorkerFailed, match="xfeat"):
        library.index(folder, features="xfeat", planes=False)
    held = library.status()
    assert [row.space.name for row in held.local] == ["sift"]
    assert held.planes == 5


def test_a_refused_index_keeps_the_planes(library: Library, folder: Path) -> None:
    library.index(folder, describers=BY)
    with pytest.raises(BadQuery, match="local features"):
        library.index(folder, planes=False, local=False, features="orb")
    with pytest.raises(BadQuery, match="there is no"):
        library.index(folder / "nowhere", planes=False, local=False)
    assert library.status().planes == 5
    assert len(library.status().local) == 1


def test_a_folder_that_was_there_stays_when_a_library_in_it_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes").write_text("of another program")
    with Library(tmp_path / "mine") as mine, pytest.raises(LookalikeError):
        mine.index(folder, features="superpoint")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes"]


# what vanished


def test_an_empty_folder_keeps_its_pictures_unless_they_are_to_be_dropped(library: Library, folder: Path) -> None:
    other = folder.with_name("other")
    shutil.copytree(folder, other)
    noise(9).save(other / "more.png")
    library.index([folder, other], describers=BY)
    folder.rename(folder.with_name("unplugged"))
    folder.mkdir()  # as a mount point is without its drive
    report = library.index([folder, other])
    assert (counts(report), report.kept) == ({"unchanged": 6}, ((str(folder), 5),))
    assert library.store.count() == 11
    assert counts(library.index([folder, other], options=Options(workers=1, drop=True))) == {
        "unchanged": 6,
        "removed": 5,
    }


def test_an_empty_folder_below_a_root_keeps_its_few_pictures_too(library: Library, folder: Path) -> None:
    (folder / "drive").mkdir()
    noise(9).save(folder / "drive" / "far.png")
    library.index(folder, describers=BY)
    (folder / "drive" / "far.png").unlink()
    report = library.index(folder)
    assert (counts(report), report.kept) == ({"unchanged": 5}, ((str(folder / "drive"), 1),))
    (folder / "drive").rmdir()  # somebody took it away
    assert counts(library.index(folder)) == {"unchanged": 5, "removed": 1}


def test_a_root_that_lost_most_of_its_pictures_keeps_them(library: Library, folder: Path) -> None:
    library.index(folder, describers=BY)
    for number in range(3):
        (folder / f"{number}.png").unlink()
    report = library.index(folder)
    assert (counts(report), report.kept) == ({"unchanged": 2}, ((str(folder), 3),))


def test_pictures_that_moved_are_not_lost(library: Library, folder: Path) -> None:
    library.index(folder, describers=BY)
    (folder / "all").mkdir()
    for number in range(5):
        (folder / f"{number}.png").rename(folder / "all" / f"{number}.png")
    report = library.index(folder)
    assert (counts(report), report.kept) == ({"moved": 5}, ())
    assert library.store.count() == 5


def test_a_renamed_folder_has_moved_with_all_that_failed_in_it(library: Library, folder: Path) -> None:
    (folder / "old").mkdir()
    shutil.copy(folder / "0.png", folder / "old" / "copy.png")
    (folder / "old" / "cut.png").write_bytes((folder / "1.png").read_bytes()[:200])
    (folder / "old" / "large.png").write_bytes((folder / "1.png").read_bytes() + bytes(50_000))
    options = Options(workers=1, limits=Limits(bytes=40_000))
    library.index(folder, describers=BY, options=options)
    (folder / "old").rename(folder / "new")
    assert counts(library.index(folder, options=options)) == {"moved": 1, "unchanged": 5, "failed": 2}
    (folder / "new" / "cut.png").unlink()
    assert counts(library.index(folder, options=options))["removed"] == 1


# what is told


def test_failures_of_before_are_told_apart(library: Library, folder: Path) -> None:
    (folder / "cut.png").write_bytes((folder / "0.png").read_bytes()[:200])
    assert len(library.index(folder, describers=BY).new_failures) == 1
    (folder / "empty.png").touch()
    report = library.index(folder)
    assert reasons(report.failures) == {"cut.png": "truncated", "empty.png": "not_an_image"}
    assert reasons(report.new_failures) == {"empty.png": "not_an_image"}


def test_skipped_files_are_named_to_who_asks(library: Library, folder: Path) -> None:
    (folder / "notes.txt").write_text("no picture")
    named: list[Skipped] = []
    library.index(folder, describers=BY, options=Options(workers=1, on_skip=named.append))
    assert [(Path(skipped.path).name, skipped.rule) for skipped in named] == [("notes.txt", "name")]


def test_forgetting_one_path_forgets_that_alone(library: Library, folder: Path) -> None:
    library.index(folder, describers=BY)
    assert library.forget(str(folder / "0.png")) == 1
    assert library.forget(folder / "1.png") == 1
    assert library.forget([folder / "2.png", folder / "nowhere.png"]) == 1
    assert sorted(names(library)) == ["3.png", "4.png"]


def test_building_indexes_is_a_stage_and_its_time_counts(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lookalike.search.index_building.MANY", 1)
    read: list[IndexReport] = []

    def ingest_and_learn(*given: Any, **named: Any) -> tuple[IndexReport, object]:
        report, learned = fit_describers.ingest_and_learn(*given, **named)
        read.append(report)
        return report, learned

    monkeypatch.setattr("lookalike.search.library.ingest_and_learn", ingest_and_learn)
    told: list[Progress] = []
    times: list[float] = []

    def tell(progress: Progress) -> None:
        if progress.of == "indexes":
            told.append(progress)
            times.append(time.monotonic())

    report = library.index(folder, describers=BY, options=Options(workers=1, on_commit=tell))
    assert told == [Progress(2, built, 0, "indexes") for built in range(3)]
    assert {row.space.name for row in library.status().local} == {"sift"}
    assert report.seconds >= read[0].seconds + times[-1] - times[0]
