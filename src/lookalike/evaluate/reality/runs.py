"""Runs that are done, each a line of a file: what was stopped goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Stopped(Exception):
    """Somebody asked to stop between two runs; what was done is in the file."""


class Runs:
    """Outcomes by what they are of; a new one is written as soon as it is there.

    A line that a kill cut short is dropped. `done` counts outcomes that were asked for; `on_run` is called with it.
    """

    def __init__(
        self,
        file: Path,
        should_stop: Callable[[], bool] = lambda: False,
        on_run: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.done = 0
        self._file, self._should_stop, self._on_run = file, should_stop, on_run
        lines = file.read_text("utf-8").splitlines(keepends=True) if file.is_file() else []
        whole = [line for line in lines if line.endswith("\n")]
        if len(whole) < len(lines):
            file.write_text("".join(whole), "utf-8")
        self._known: dict[str, Any] = {told["key"]: told["value"] for told in map(json.loads, whole)}

    def of(self, key: str, run: Callable[[], Any]) -> Any:
        """Outcome of the run of that key, in JSON's types: made where it is not known. Raises `Stopped`."""
        if key not in self._known:
            if self._should_stop():
                raise Stopped
            self._known[key] = run()
            with self._file.open("a", encoding="utf-8") as out:
                out.write(json.dumps({"key": key, "value": self._known[key]}) + "\n")
        self.done += 1
        self._on_run(self.done)
        return self._known[key]
