"""The service on a socket, as `lookalike serve` starts it."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from lookalike.app.server.listen import free_port
from lookalike.app.server.recent import Recent
from lookalike.errors import BadQuery

from ..conftest import Program


def test_the_command_serves_until_it_is_interrupted(shelf: Path) -> None:
    command = [sys.executable, "-m", "lookalike", "--library", str(shelf / "library"), "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            line = process.stderr.readline()
            (address,) = re.findall(r"at (http://127\.0\.0\.1:\d+/) ", line)
            with urlopen(f"{address}api/status", timeout=60) as answer:
                assert b'"images":4' in answer.read()
            with urlopen(address, timeout=60) as page:
                assert b"<!doctype html>" in page.read()
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0
            assert process.stderr.read() == ""
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--host", "0.0.0.0"], "give --tokens FILE"),
        (["--host", "203.0.113.5", "--tokens", "tokens"], "cannot listen at 203.0.113.5"),
        (["--role", "owner"], "--role is one of read, write, admin"),
        (["--root", "nowhere"], "is no folder"),
        (["--tokens", "nowhere"], "cannot read tokens"),
    ],
)
def test_what_cannot_be_served_is_told_before_anything_listens(
    here: Program, shelf: Path, tmp_path: Path, arguments: list[str], told: str
) -> None:
    (tmp_path / "tokens").write_text("read 0123456789abcdef")
    (tmp_path / "tokens").chmod(0o600)
    ran = here("--library", shelf / "library", "serve", *arguments)
    assert ran.code == 2
    assert told in ran.err


def test_without_a_library_it_says_so(here: Program) -> None:
    ran = here("serve")
    assert ran.code == 2
    assert "lookalike index" in ran.err


def test_a_port_in_use_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadQuery, match=f"port {port} .*choose another"):
            free_port("127.0.0.1", port)
    assert free_port("127.0.0.1", 0) > 0


def test_what_was_not_asked_for_longest_is_dropped_first() -> None:
    kept: Recent[str, bytes] = Recent(6, len)
    for name in "abc":
        kept.put(name, b"xx")
    kept.get("a")
    kept.put("d", b"yy")
    assert [kept.get(name) is not None for name in "abcd"] == [True, False, True, True]
    kept.put("a", b"xxxxxxx")
    assert kept.get("a") is None
    kept.put("e", b"z")
    assert kept.get("e") == b"z"
