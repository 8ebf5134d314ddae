"""Folders that are followed end as a full index has them; a drive that is gone takes nothing with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from lookalike import Library
from lookalike.search import watching
from lookalike.search.ingest.options import Options
from lookalike.search.watching import Follower, Pace

from .conftest import noise

QUICK = Pace(quiet=0.05, longest=1.0, look=0.05)


def until(is_so: Callable[[], bool], seconds: float = 60.0) -> bool:
    ends = time.monotonic() + seconds
    while not is_so() and time.monotonic() < ends:
        time.sleep(0.05)
    return is_so()


def test_a_storm_ends_as_a_full_index_would(
    reliability: Callable[[str], ModuleType], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("watchfiles")
    assert reliability("storm").weathered(tmp_path, 300, seed=0) == []
    assert "300 acts" in capsys.readouterr().out


def test_what_changes_is_told_and_what_is_hidden_or_our_own_is_not(tmp_path: Path) -> None:
    root, own = tmp_path / "root", tmp_path / "root" / "library"
    own.mkdir(parents=True)
    ends = time.monotonic() + 60
    follower = Follower([str(root)], [str(own)], lambda: time.monotonic() > ends, QUICK)
    bursts = follower.bursts()
    next(bursts)  # all is looked at once it is followed
    assert follower._matters(str(root / "a.jpg"))
    for quiet in (own / "library.sqlite", root / ".cache" / "a.jpg", root / ".a.jpg"):
        assert not follower._matters(str(quiet))
    (root / "a.jpg").write_bytes(b"1")
    next(bursts)
    assert time.monotonic() < ends


def followed(roots: list[Path], acts: Iterator[None], seconds: float = 30.0) -> int:
    """Bursts until the acts, of which one is done after each burst, have come to their end."""
    ends = time.monotonic() + seconds
    left, count = True, 0
    follower = Follower([*map(str, roots)], [], lambda: not left or time.monotonic() > ends, QUICK)
    for _ in follower.bursts():
        count += 1
        left = next(acts, "end") is None
    assert not left
    return count


def test_a_folder_that_goes_and_comes_again_is_followed_again(tmp_path: Path) -> None:
    root, away = tmp_path / "root", tmp_path / "away"
    root.mkdir()

    def acts() -> Iterator[None]:
        root.rename(away)
        yield
        away.rename(root)
        yield
        (root / "a.jpg").write_bytes(b"1")
        yield

    assert followed([root], acts()) == 4


def mounts(*places: Path) -> bytes:
    return b"".join(
        b"%d 1 8:1 / %s rw - ext4 /dev/sda1 rw\n" % (number, os.fsencode(place).replace(b" ", b"\\040"))
        for number, place in enumerate(places, 30)
    )


def test_files_of_a_drive_that_was_taken_out_with_its_mount_point_are_kept(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, card, table = tmp_path / "media", tmp_path / "media" / "my card", tmp_path / "mountinfo"
    card.mkdir(parents=True)
    for seed in range(6):
        noise(seed).save((root if seed else card) / f"{seed}.png")
    monkeypatch.setattr(watching, "MOUNTS", table)
    table.write_bytes(mounts(Path("/"), card))
    library.index(root, describers=["phash"], local=False, planes=False)
    follower = Follower([str(root)], [], lambda: False)
    options = Options(workers=1, away=follower.away)
    (card / "0.png").rename(tmp_path / "0.png")
    card.rmdir()
    table.write_bytes(mounts(Path("/")))
    report = library.index(root, options=options)
    assert (report.removed, report.kept) == (0, ((str(card), 1),))
    assert len(library) == 6
    card.mkdir()
    (tmp_path / "0.png").rename(card / "0.png")
    table.write_bytes(mounts(Path("/"), card))
    assert follower.away() == []
    (card / "0.png").unlink()  # now it is deleted
    (card / "other.txt").write_text("so that the folder is not empty")
    assert library.index(root, options=options).removed == 1


def test_where_the_system_tells_nothing_all_is_looked_at_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watchfiles = pytest.importorskip("watchfiles")

    def refused(*_: object, **__: object) -> Iterator[object]:
        raise OSError(28, "OS file watch limit reached")
        yield

    monkeypatch.setattr(watchfiles, "watch", refused)
    told: list[str] = []
    ends = time.monotonic() + 5
    pace = Pace(look=0.02, unaided=0.05)
    bursts = Follower([str(tmp_path)], [], lambda: time.monotonic() > ends, pace, told.append).bursts()
    assert [next(bursts) for _ in range(3)] == [None] * 3
    assert len(told) == 1
    assert "watch limit" in told[0]


def watched(library: Path, *paths: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "lookalike", "--library", str(library), "watch", *map(str, paths)]
    return subprocess.Popen([*command, "--settle", "0.1"], stderr=subprocess.PIPE, text=True)


def test_the_command_tells_one_line_a_look_and_ends_with_ctrl_c(filled: Library, folder: Path) -> None:
    pytest.importorskip("watchfiles")
    with watched(filled.folder, folder) as process:
        assert process.stderr is not None
        assert "following 1 folder: 5 pictures; nothing has changed yet" in process.stderr.readline()
        noise(77).save(folder / "new.png")
        assert "following 1 folder: 6 pictures; " in (line := process.stderr.readline())
        assert "1 added" in line
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0


@pytest.mark.parametrize("name", ["nowhere", "photos/0.png"])
def test_what_is_no_folder_is_refused(filled: Library, folder: Path, name: str) -> None:
    with watched(filled.folder, folder.parent / name) as process:
        assert process.stderr is not None
        assert "is no folder" in process.stderr.read()
        assert process.wait(60) == 2


def test_without_a_library_there_is_nothing_to_watch_for(tmp_path: Path, folder: Path) -> None:
    with watched(tmp_path / "none", folder) as process:
        assert process.stderr is not None
        assert "lookalike index" in process.stderr.read()
        assert process.wait(60) == 2
