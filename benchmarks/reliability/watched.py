"""A command, with the most memory that each of its processes ever held, the children of children too (Linux)."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

EVERY: Final = 0.05
"""Seconds between two looks; the system itself keeps the peak of what lives at the next look."""
KINDS: Final = {"pixels.worker": "worker", "index_process": "index building"}
"""What the command line of a child holds, and what it is then."""


@dataclass
class Peaks:
    """Bytes: the most that one process of each kind held, and the most that all together held at a time."""

    of_kind: dict[str, int] = field(default_factory=dict)
    together: int = 0


class Watch:
    """Looks at a process and all that descend from it, until `end`."""

    def __init__(self, root: int) -> None:
        self.peaks = Peaks()
        self._root = root
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def end(self) -> Peaks:
        self._ended.set()
        self._thread.join()
        return self.peaks

    def _look(self) -> None:
        while not self._ended.wait(EVERY):
            now = 0
            for process in family(self._root):
                with contextlib.suppress(OSError, ValueError):
                    status = status_of(process)
                    kind = "main" if process == self._root else kind_of(process)
                    self.peaks.of_kind[kind] = max(self.peaks.of_kind.get(kind, 0), status["VmHWM"])
                    now += status["VmRSS"]
            self.peaks.together = max(self.peaks.together, now)


def family(root: int) -> list[int]:
    """The process and its descendants that live now."""
    found = [root]
    for process in found:
        with contextlib.suppress(OSError):
            for thread in Path(f"/proc/{process}/task").iterdir():
                found += [int(word) for word in (thread / "children").read_text().split()]
    return found


def status_of(process: int | str) -> dict[str, int]:
    """VmHWM, the peak, and VmRSS, bytes."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    pairs = (line.split(":", 1) for line in lines if line.startswith(("VmHWM", "VmRSS")))
    found = {name: 1024 * int(value.split()[0]) for name, value in pairs}
    if len(found) < 2:
        raise ValueError("it is a zombie")
    return found


def kind_of(process: int) -> str:
    line = Path(f"/proc/{process}/cmdline").read_bytes().decode(errors="replace")
    return next((kind for word, kind in KINDS.items() if word in line), "other child")


@dataclass(frozen=True)
class Outcome:
    """How a command ended, in how many seconds, and at which peaks."""

    code: int
    out: str
    err: str
    seconds: float
    peaks: Peaks


def watched(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, seconds: float = 600) -> Outcome:
    """The command, ended after so many seconds at the latest."""
    started = time.monotonic()
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([*map(str, command)], env=env, stdin=subprocess.DEVNULL, **pipes) as process:
        watch = Watch(process.pid)
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
        peaks = watch.end()
    took = time.monotonic() - started
    return Outcome(process.returncode, out.decode(errors="replace"), err.decode(errors="replace"), took, peaks)
