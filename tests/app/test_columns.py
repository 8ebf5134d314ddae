from __future__ import annotations

import os
from pathlib import Path

import pytest

from lookalike.app.cli.columns import near, reason, styled
from lookalike.figures import counted, file_size, percent, score


def test_a_path_is_told_from_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path.resolve()
    monkeypatch.chdir(folder)
    assert near(str(folder / "photos" / "a.jpg")) == str(Path("photos", "a.jpg"))
    assert near(str(folder / "-q.jpg")) == f".{os.sep}-q.jpg"
    beside = f"{folder}2/a.jpg"
    assert near(beside) == beside
    assert near(str(folder / "a\nb.jpg")) == "a\\nb.jpg"
    assert near("/elsewhere/a.jpg") == "/elsewhere/a.jpg"


def test_where_the_current_folder_is_gone_paths_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert near("/elsewhere/a.jpg") == "/elsewhere/a.jpg"


def test_a_reason_is_wrapped_below_its_result() -> None:
    lines = reason("alike in " + ", ".join(["content (convnet 0.91)"] * 6), 5, colour=False)
    assert len(lines) == 3
    assert all(line.startswith("     ") and len(line) <= 80 for line in lines)
    assert reason("why", 2, colour=True) == ["\x1b[2m  why\x1b[0m"]


def test_colours_are_left_out_where_they_are_not_wanted() -> None:
    assert styled("copy", "36", colour=False) == styled("copy", None, colour=True) == "copy"


@pytest.mark.parametrize(
    ("share", "told"), [(0.9996, "99.9 %"), (0.99949, "99.9 %"), (1, "100.0 %"), (0.5, "50.0 %"), (0.9994, "99.9 %")]
)
def test_what_is_not_all_is_never_100_percent(share: float, told: str) -> None:
    assert percent(share) == told


def test_only_the_same_picture_scores_1() -> None:
    assert (score(0.9997), score(1.0), score(0.99951), score(0.996, 2)) == ("0.999", "1.000", "0.999", "0.99")


def test_bytes_are_told_in_the_largest_unit() -> None:
    told = [file_size(count) for count in (0, 999, 1000, 99_949, 999_499, 999_500, 16_500_000, 3 * 10**9)]
    assert told == ["0 B", "999 B", "1.0 kB", "99.9 kB", "999 kB", "1.0 MB", "16.5 MB", "3.0 GB"]


def test_one_is_no_plural() -> None:
    assert (counted(1, "file"), counted(1234, "file")) == ("1 file", "1,234 files")
