"""Nothing leaves the machine: no library that ours is built on reports to its maker."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from lookalike import telemetry

SOURCES = Path(telemetry.__file__).parent
TELLING = re.compile(
    r"socket\(AF_(?:INET6?|NETLINK|PACKET)"  # whatever is not of this machine alone
    r"|nscd/socket|systemd/resolve|openat\([^)]*/etc/(?:resolv\.conf|hosts|nsswitch\.conf|host\.conf)"
)
"""What the system calls look like of a process that looks up a name or speaks to another machine."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where nothing lies yet."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def environment(home: Path) -> Mapping[str, str]:
    """What a program is started with by a user who never heard of telemetry."""
    kept = {name: value for name, value in os.environ.items() if name not in telemetry.OFF}
    folders = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CACHE", "CONFIG", "DATA", "STATE")}
    return kept | folders | {"HOME": str(home), "LOOKALIKE_LIBRARY": str(home.parent / "library")}


def questions(photos: Path) -> list[list[str]]:
    first, second = (str(photos / name) for name in ("0.png", "1.png"))
    return [["index", str(photos)], ["search", first, "--by", "convnet"], ["match", first, second]]


def test_index_search_and_match_leave_nothing_in_the_users_home(photos_folder: Path, home: Path) -> None:
    for arguments in questions(photos_folder):
        done = subprocess.run(
            [sys.executable, "-m", "lookalike", *arguments], env=environment(home), capture_output=True, check=False
        )
        assert done.returncode in (0, 1, 3), done.stderr.decode()
    assert [path for path in home.rglob("*") if path.is_file()] == []


def test_who_loads_the_network_in_python_is_not_reported_either(home: Path) -> None:
    program = "from lookalike.models.onnx_session import efficientnet_lite_session as of; of(1)"
    subprocess.run([sys.executable, "-c", program], env=environment(home), check=True)
    assert list(home.iterdir()) == []


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not here")
def test_index_search_and_match_look_up_no_name_and_open_no_socket(photos_folder: Path, home: Path) -> None:
    lookup = ["-c", "import socket; socket.getaddrinfo('localhost.invalid', 80)"]
    if not (calls := traced(lookup, home)):
        pytest.skip("strace may not look at a process here")
    assert told(calls), "this test would not see it"
    for arguments in questions(photos_folder):
        calls = traced(["-m", "lookalike", *arguments], home)
        assert "library.sqlite" in calls or arguments[0] == "match"
        assert told(calls) == []


def traced(arguments: list[str], home: Path) -> str:
    """The system calls on files and the network of a program and all its children."""
    log = home.parent / "calls"
    log.unlink(missing_ok=True)
    command = ["strace", "-f", "--seccomp-bpf", "-o", str(log), "-e", "trace=%network,openat", sys.executable]
    subprocess.run([*command, *arguments], env=environment(home), capture_output=True, check=False)
    return log.read_text(errors="replace") if log.exists() else ""


def told(calls: str) -> list[str]:
    return [line for line in calls.splitlines() if TELLING.search(line)]


def test_onnxruntime_is_loaded_in_one_place() -> None:
    """Loading it starts its telemetry, unless it was told before."""
    loading = {
        str(file.relative_to(SOURCES))
        for file in SOURCES.rglob("*.py")
        for node in ast.walk(without_type_checking(ast.parse(file.read_text("utf-8"))))
        if "onnxruntime" in modules(node)
    }
    assert loading == {"models/onnx_session.py"}


def without_type_checking(tree: ast.Module) -> ast.Module:
    """Without what only a type checker imports."""
    tree.body = [
        node for node in tree.body if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test))
    ]
    return tree


def modules(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    return {(node.module or "").partition(".")[0]} if isinstance(node, ast.ImportFrom) else set()
