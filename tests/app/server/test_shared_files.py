"""Things that processes of one service share are whole, bounded, and found by their names alone."""

from __future__ import annotations

import os
from pathlib import Path

from lookalike.app.server.shared_files import SharedFiles


def aged(folder: Path, seconds: int) -> None:
    """Has what was kept lately be so much older."""
    for file in folder.iterdir():
        told = file.stat()
        os.utime(file, ns=(told.st_atime_ns, told.st_mtime_ns - seconds * 10**9))


def test_what_one_process_keeps_another_finds_until_it_is_dropped(tmp_path: Path) -> None:
    first, second = (SharedFiles(tmp_path / "kept", 3) for _ in range(2))
    assert second.get("a") is None
    first.put("a", b"1")
    before = second.state("a")
    first.put("a", b"2")
    assert second.get("a") == b"2"
    assert second.state("a") != before
    second.drop("a")
    second.drop("a")
    assert (first.get("a"), first.state("a")) == (None, None)


def test_what_was_kept_or_renewed_longest_ago_goes_first(tmp_path: Path) -> None:
    kept = SharedFiles(tmp_path / "kept", 2)
    for name in ("a", "b", "a", "c"):
        kept.put(name, name.encode())
        aged(tmp_path / "kept", 1)
    assert kept.all() == [b"a", b"c"]


def test_a_name_leads_nowhere_else_and_nobody_else_reads_it(tmp_path: Path) -> None:
    kept = SharedFiles(tmp_path / "kept", 9)
    kept.put("../../outside\0", b"x")
    assert [path.parent for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / "kept"]
    assert kept.get("../../outside\0") == b"x"
    assert (tmp_path / "kept").stat().st_mode & 0o077 == 0
