"""Kills, interrupts, full disks, two writers: what was acknowledged is kept, and the next run goes on."""

from __future__ import annotations

import ctypes
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import lookalike
from lookalike.errors import LibraryMissing

KILLS = 12
FILES = 600


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Many tiny pictures."""
    folder = tmp_path_factory.mktemp("many")
    generator = np.random.default_rng(0)
    for number in range(FILES):
        Image.fromarray(generator.integers(0, 256, (16, 16, 3), dtype=np.uint8)).save(folder / f"{number}.png")
    return folder


@dataclass(frozen=True)
class Running:
    """An `index` under way; what it prints goes to files."""

    process: subprocess.Popen[bytes]
    out: Path
    err: Path

    def lines(self) -> list[dict[str, int]]:
        """Those that it has printed whole."""
        return [json.loads(line) for line in self.out.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]

    def committed(self) -> int:
        """The last acknowledgement."""
        return max((line["committed"] for line in self.lines() if "committed" in line), default=0)

    def wait_for_a_commit(self) -> None:
        while not self.committed() and self.process.poll() is None:
            time.sleep(0.02)

    def end(self) -> int:
        return self.process.wait(120)


def seconds_to_a_commit(library: Path, folder: Path) -> float:
    """On this machine, as busy as it is."""
    started = time.monotonic()
    running = start(library, folder)
    running.wait_for_a_commit()
    seconds = time.monotonic() - started
    running.process.kill()
    running.end()
    return seconds


def start(library: Path, folder: Path, limit: Callable[[], None] | None = None) -> Running:
    command = [sys.executable, "-m", "lookalike", "index", str(folder), "--describer", "phash", "--jsonl"]
    out, err = (library.with_name(f"{time.monotonic_ns()}.{kind}") for kind in ("out", "err"))
    with out.open("wb") as stdout, err.open("wb") as stderr:
        arguments = [*command, "--workers", "1", "--library", str(library)]
        return Running(subprocess.Popen(arguments, stdout=stdout, stderr=stderr, preexec_fn=limit), out, err)


def drop_privilege() -> None:
    """Root, but bound by the modes of files as anybody (Linux)."""
    drop_from_bounding_set, override, read_search = 24, 1, 2
    for capability in (override, read_search):
        ctypes.CDLL(None).prctl(drop_from_bounding_set, capability, 0, 0, 0)


def is_made(library: Path) -> bool:
    """Whether there is a library, and not the beginning of one."""
    try:
        with lookalike.open(library) as opened:
            opened.store.count()
    except LibraryMissing:
        return False
    return True


def test_kills_lose_nothing_that_was_acknowledged(many: Path, tmp_path: Path) -> None:
    chance = random.Random(0)
    library, before, acknowledged = tmp_path / "library", 0, 0
    pace = seconds_to_a_commit(tmp_path / "paced", many)
    for _ in range(KILLS):
        running = start(library, many)
        time.sleep(pace * chance.uniform(0.3, 2.5))
        running.process.kill()
        running.end()
        if not is_made(library):  # killed while it was being made: then nothing can have been acknowledged
            assert (running.committed(), before) == (0, 0)
            continue
        acknowledged += running.committed()
        with lookalike.open(library) as opened:
            assert opened.store.count() >= before + running.committed()
            before = opened.store.count()
            assert opened.verify() == []
            if before:
                record = next(opened.store.records())
                assert opened.search(record.path, k=1)[0].relation == "identical"
        if before == FILES:
            shutil.rmtree(library)
            before = 0
    assert acknowledged >= FILES


def test_the_first_interrupt_commits_and_the_next_run_finishes(many: Path, tmp_path: Path) -> None:
    running = start(tmp_path / "library", many)
    running.wait_for_a_commit()
    running.process.send_signal(signal.SIGINT)
    code, report = running.end(), running.lines()[-1]
    assert ("run the same command again" in running.err.read_text()) == report["interrupted"]
    assert code == (130 if report["interrupted"] else 0)
    with lookalike.open(tmp_path / "library") as library:
        assert library.store.count() == report["added"]
        assert library.index(many).added + report["added"] == FILES


def test_a_second_writer_is_told_who_the_first_is_and_readers_are_not_blocked(many: Path, tmp_path: Path) -> None:
    library = tmp_path / "library"
    first = start(library, many)
    first.wait_for_a_commit()
    first.process.send_signal(signal.SIGSTOP)
    try:
        second = start(library, many)
        assert second.end() == 4
        assert f"process {first.process.pid}" in second.err.read_text()
        with lookalike.open(library) as opened:
            assert opened.store.count() > 0
    finally:
        first.process.send_signal(signal.SIGCONT)
    assert first.end() == 0


@pytest.mark.parametrize("most", [60_000, 200_000], ids=["while it is made", "while it is filled"])
def test_a_full_disk_exits_7_and_keeps_what_was_committed(most: int, many: Path, tmp_path: Path) -> None:
    library = tmp_path / "library"

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    running = start(library, many, limit)
    assert running.end() == 7, running.err.read_text()
    with lookalike.open(library) as opened:
        if most >= 200_000:
            assert opened.store.count() >= running.committed()
            assert opened.verify() == []
        assert opened.index(many).failed == 0


@pytest.mark.skipif(os.getuid() != 0, reason="privilege can only be dropped by root")
def test_unreadable_files_and_folders_fail_and_are_not_dropped(photos_folder: Path, tmp_path: Path) -> None:
    library = tmp_path / "library"
    (photos_folder / "broken.jpg").unlink()
    (photos_folder / "deep").mkdir()
    shutil.copy(photos_folder / "0.png", photos_folder / "deep" / "copy.png")
    with lookalike.open(library) as opened:
        opened.index(photos_folder, describers=["phash"])
    (photos_folder / "1.png").chmod(0)
    os.utime(photos_folder / "1.png", (0, 0))
    (photos_folder / "deep").chmod(0)
    command = [sys.executable, "-m", "lookalike", "index", str(photos_folder), "--json", "--library", str(library)]
    done = subprocess.run(command, capture_output=True, preexec_fn=drop_privilege, check=False)
    told = json.loads(done.stdout)
    assert {Path(failure["path"]).name: failure["reason"] for failure in told["failures"]} == {
        "1.png": "permission",
        "deep": "permission",
    }
    assert (done.returncode, told["removed"]) == (3, 0)
    with lookalike.open(library) as opened:
        assert str(photos_folder / "deep" / "copy.png") in {record.path for record in opened.store.records()}


def test_a_pipe_is_never_opened(photos_folder: Path, program) -> None:
    os.mkfifo(photos_folder / "pipe.png")
    assert program("index", photos_folder, "--describer", "phash", "--json").document["skipped"] == 1
    assert program("search", photos_folder / "pipe.png").code == 2


def test_urls_of_private_addresses_are_refused(here, photos_folder: Path) -> None:
    here("index", photos_folder, "--describer", "phash")
    for url in ("http://127.0.0.1/x.png", "http://localhost/x.png", "http://[::1]/x.png", "http://169.254.169.254/"):
        ran = here("search", url)
        assert (ran.code, ran.out) == (2, b"")


def test_files_that_vanish_or_change_while_they_are_read_cost_only_themselves(many: Path, tmp_path: Path) -> None:
    folder = tmp_path / "moving"
    shutil.copytree(many, folder)
    running = start(tmp_path / "library", folder)
    for number in range(0, FILES, 3):
        (folder / f"{number}.png").unlink()
    assert running.end() in (0, 3)
    told: Any = running.lines()[-1]
    assert {failure["reason"] for failure in told["failures"]} <= {"io", "changed"}
    assert told["added"] + told["failed"] == told["seen"]
    assert told["added"] >= FILES - len(range(0, FILES, 3))
