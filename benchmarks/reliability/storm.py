"""`lookalike watch` in a storm: files made, changed, moved and deleted, and in the end the library of a full index.

There are half as many files before as acts, and a folder goes with its last file: where most of a folder vanishes at
once, or a folder is left empty, `watch` keeps what was there, as `index` does.

python benchmarks/reliability/storm.py [--acts 10000] [--seed 0]    exit 0 where both libraries hold the same
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

import lookalike

SHARES: Final = {"make": 50, "change": 15, "move": 15, "move a tree": 3, "delete": 10, "copy": 5, "write slowly": 2}
"""How often each act is drawn."""
PAUSES: Final = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.002, 0.01)


@dataclass
class Storm:
    """Acts upon files below `root`, drawn by `rng`."""

    root: Path
    rng: random.Random
    files: list[Path] = field(default_factory=list)
    drawn: int = 0
    acts: Counter[str] = field(default_factory=Counter)

    def blow(self, acts: int) -> None:
        """So many acts, now in a rush and now with pauses."""
        kinds, weights = list(SHARES), list(SHARES.values())
        for _ in range(acts):
            kind = self.rng.choices(kinds, weights)[0] if len(self.files) > 8 else "make"
            self._act(kind)
            self.acts[kind] += 1
            time.sleep(self.rng.choice(PAUSES))

    def _act(self, kind: str) -> None:
        self._do(kind)
        for folder, folders, files in os.walk(self.root, topdown=False):
            if not folders and not files and Path(folder) != self.root:
                os.removedirs(folder)

    def _do(self, kind: str) -> None:
        if kind == "make":
            self._draw(self._new())
        elif kind == "change":
            self._draw(self.rng.choice(self.files), is_known=True)
        elif kind == "move":
            old, new = self._taken(), self._new()
            old.replace(new)
            self.files.append(new)
        elif kind == "move a tree":
            self._move_a_tree()
        elif kind == "delete":
            self._taken().unlink()
        elif kind == "copy":
            new = self._new()
            shutil.copy2(self.rng.choice(self.files), new)
            self.files.append(new)
        else:
            self._write_slowly(self._new())

    def _new(self) -> Path:
        folder = self.root.joinpath(*(f"f{self.rng.randrange(6)}" for _ in range(self.rng.randrange(4))))
        folder.mkdir(parents=True, exist_ok=True)
        self.drawn += 1
        return folder / f"{self.drawn}.png"

    def _taken(self) -> Path:
        return self.files.pop(self.rng.randrange(len(self.files)))

    def _draw(self, file: Path, *, is_known: bool = False) -> None:
        self.drawn += 1
        cells = np.random.default_rng(self.drawn).integers(0, 256, (4, 4, 3), dtype=np.uint8)
        Image.fromarray(cells).resize((32, 32), Image.Resampling.BICUBIC).save(file)
        if not is_known:
            self.files.append(file)

    def _write_slowly(self, file: Path) -> None:
        """A part, and the rest a moment later."""
        self._draw(file)
        data = file.read_bytes()
        file.write_bytes(data[: len(data) // 2])
        time.sleep(0.02)
        file.write_bytes(data)

    def _move_a_tree(self) -> None:
        folders = sorted({file.parent for file in self.files} - {self.root})
        if not folders:
            return
        old = self.rng.choice(folders)
        self.drawn += 1
        new = self.root / f"moved{self.drawn}"
        old.rename(new)
        self.files = [new / file.relative_to(old) if file.is_relative_to(old) else file for file in self.files]


@contextmanager
def watching(library: Path, root: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The verb as a user starts it."""
    command = [sys.executable, "-m", "lookalike", "--library", str(library), "watch", str(root), "--settle", "0.3"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def held(library: Path) -> dict[str, str]:
    """Bytes of each file, by path."""
    with lookalike.open(library) as opened:
        return {record.path: record.content.sha256 for record in opened.records()}


def until(is_so: Callable[[], bool], seconds: float) -> bool:
    """Whether it comes true in that time."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if is_so():
            return True
        time.sleep(0.3)
    return is_so()


def weathered(scratch: Path, acts: int, seed: int, patience: float = 120.0) -> list[str]:
    """Sentences on what is wrong after a storm of so many acts."""
    root, library, fresh = scratch / "root", scratch / "library", scratch / "fresh"
    root.mkdir()
    storm = Storm(root, random.Random(seed))
    for _ in range(acts // 2):
        storm._draw(storm._new())
    with lookalike.open(library) as opened:
        opened.index(root, describers=["phash"], local=False, planes=False)
    first = held(library)
    with watching(library, root) as process:
        marker = root / "marker.png"
        storm._draw(marker)
        followed = until(lambda: str(marker) in held(library), patience)
        storm.blow(acts)
        with lookalike.open(fresh) as opened:
            opened.index(root, describers=["phash"], local=False, planes=False)
        wanted = held(fresh)
        ended = until(lambda: held(library) == wanted, patience)
        found = held(library)
        process.send_signal(signal.SIGINT)
        code = process.wait(60)
    with lookalike.open(library) as opened:
        problems = opened.verify()
    print(f"{sum(storm.acts.values())} acts: {dict(storm.acts)}; {len(first)} files before, {len(wanted)} after")
    wrong = [] if followed else ["it did not begin to follow"]
    if not ended:
        missing, stale = wanted.items() - found.items(), found.keys() - wanted.keys()
        wrong.append(f"{len(missing)} files of {len(wanted)} are not as a full index has them, {len(stale)} are gone")
    return [*wrong, *problems, *([f"it ended with {code}"] if code else [])]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--acts", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        wrong = weathered(Path(scratch), asked.acts, asked.seed, 600.0)
    print("\n".join(wrong) or "as a full index has it")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
