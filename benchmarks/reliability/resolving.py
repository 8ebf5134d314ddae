"""What is left of files when `lookalike resolve` is killed (SIGKILL) while it acts upon them, or while it undoes that.

    python benchmarks/reliability/resolving.py                          # 200 kills
    python benchmarks/reliability/resolving.py --kills 20 --actions trash --seed 1

A kill comes at a random moment from the first line of the journal to the last. Afterwards every file is in exactly one
of its two places, with its bytes and times; then, of every second kill, the same command goes on to its end; and
`resolve --undo` brings all back: the folder is what it was, no temporary file is left, the library knows the files that
are there and `verify` is clean. What fails is named, and the exit code is 1. Some two seconds a kill.
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
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent))

from writing import Run, draw, problems_of, run, table

import lookalike

ACTIONS: Final = ("trash", "move", "hardlink", "symlink")
PICTURES: Final = 4
COPIES: Final = 6
EVERY: Final = 0.0005
"""Seconds between two looks at the journal."""
BEYOND: Final = 1.05
"""Of the time of acting: kills come also just after the last act."""
NOTHING_LEFT: Final = 1
"""Exit code of an undo that finds nothing to undo."""
Tree = dict[str, tuple[str, int, int]]
"""By name below a folder: what a file holds or where a link leads, its time and its mode."""


@dataclass(frozen=True)
class Kill:
    """What came of one."""

    action: str
    undoing: bool
    at: float
    landed: bool
    """Whether the command was still running."""
    halfway: bool
    """Whether some files had gone and others had not."""
    wrong: list[str]


class Scene:
    """Pictures with copies in two folders, and a library of them, made anew for each kill at the same places."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.now = root / "now"
        for number in range(PICTURES):
            draw(self.pictures / "kept", 2 * number)
            for copy in range(COPIES):
                there = self.pictures / f"copies {copy % 2}" / f"{number} {copy}.png"
                there.parent.mkdir(exist_ok=True)
                shutil.copy(self.pictures / "kept" / f"{2 * number}.png", there)
                os.utime(there, (1_600_000_000 + copy, 1_600_000_000 + copy))
        with lookalike.Library(self.library, workers=1) as opened:
            opened.index(self.pictures, describers=["phash"], local=False, planes=False)
        same(self.now, root / "before")
        self.before = tree(self.pictures)
        self.known = self.records()

    @property
    def pictures(self) -> Path:
        return self.now / "pictures"

    @property
    def library(self) -> Path:
        return self.now / "library"

    @property
    def aside(self) -> Path:
        return self.now / "aside"

    @property
    def environment(self) -> dict[str, str]:
        """One with a trash of its own."""
        own = {"HOME": str(self.now), "XDG_DATA_HOME": str(self.now / "data"), "OMP_NUM_THREADS": "1"}
        return {**os.environ, **own}

    def fresh(self, after: str | None = None) -> None:
        """As it was at first, or as it is `after` an action with nothing in its way."""
        if after is None:
            same(self.root / "before", self.now)
            return
        if not (self.root / after).exists():
            self.fresh()
            if (done := self.run(self.act(after))).code:
                raise RuntimeError(f"{after} with nothing in its way: {done}")
            same(self.now, self.root / after)
        same(self.root / after, self.now)

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "lookalike", "resolve", *words, "--library", str(self.library), "-q"]

    def act(self, action: str) -> list[str]:
        """The command that keeps the files in `kept`."""
        into = [str(self.aside)] * (action == "move")
        return self.command("--keep", f"folder:{self.pictures / 'kept'}", "--action", action, *into, "--workers", "1")

    def run(self, command: Sequence[str]) -> Run:
        return run(command, env=self.environment)

    def begun(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment)

    def records(self) -> set[str]:
        with lookalike.open(self.library) as opened:
            return {f"{record.path} {record.content.sha256}" for record in opened.records()}


def same(folder: Path, there: Path) -> None:
    """A copy in place of what is there; hard links within stay such, and times what they are."""
    shutil.rmtree(there, ignore_errors=True)
    subprocess.run(["cp", "-a", folder, there], check=True)


def tree(folder: Path) -> Tree:
    """All files below it."""
    found = {}
    for file in sorted(folder.rglob("*")):
        if file.is_symlink():
            found[str(file.relative_to(folder))] = (f"-> {file.readlink()}", 0, 0)
        elif file.is_file():
            status = file.stat()
            digest = sha256(file.read_bytes()).hexdigest()
            found[str(file.relative_to(folder))] = (digest, status.st_mtime_ns, status.st_mode)
    return found


def seconds_of_acting(scene: Scene, action: str, *, undoing: bool) -> float:
    """From the first line of the journal that a whole run writes to its last."""
    scene.fresh(action if undoing else None)
    command = scene.command("--undo") if undoing else scene.act(action)
    with scene.begun(command) as process:
        started = wait_for_the_journal(scene, process)
        last, size = started, lines(scene)
        while process.poll() is None:
            if (now := lines(scene)) != size:
                last, size = time.monotonic(), now
            time.sleep(EVERY)
    return last - started


def lines(scene: Scene) -> int:
    journal = scene.library / "resolve.journal"
    return journal.stat().st_size if journal.exists() else 0


def wait_for_the_journal(scene: Scene, process: subprocess.Popen[bytes]) -> float:
    """When the first line beyond those that are there is written."""
    before = lines(scene)
    while process.poll() is None and lines(scene) == before:
        time.sleep(EVERY)
    return time.monotonic()


def killed(scene: Scene, action: str, at: float, *, undoing: bool, goes_on: bool) -> Kill:
    """One that is killed so many seconds after the first line of its journal."""
    scene.fresh(action if undoing else None)
    command = scene.command("--undo") if undoing else scene.act(action)
    with scene.begun(command) as process:
        wait_for_the_journal(scene, process)
        time.sleep(at)
        process.kill()
        process.communicate()
    away = [name for name in scene.before if not is_at_its_place(scene, name)]
    copies = [name for name in scene.before if not name.startswith("kept")]
    wrong = wrong_now(scene, action)
    if goes_on:
        again = scene.run(command)
        wrong += [f"the next run: {word}" for word in again.defects]
        if again.code not in (0, NOTHING_LEFT):
            wrong.append(f"the next run ended with {again.code}: {again.out}{again.err}")
    wrong += wrong_after_undo(scene)
    landed = process.returncode == -signal.SIGKILL
    return Kill(action, undoing, at, landed, 0 < len(away) < len(copies), wrong)


def is_at_its_place(scene: Scene, name: str) -> bool:
    """As it was, and under one name alone."""
    file = scene.pictures / name
    if file.is_symlink() or not file.is_file() or file.stat().st_nlink > 1:
        return False
    return sha256(file.read_bytes()).hexdigest() == scene.before[name][0]


def other_places(scene: Scene, action: str, name: str) -> list[Path]:
    """Where the file, or what stands for it, may be else, and is."""
    file, digest = scene.pictures / name, scene.before[name][0]
    if action == "move":
        places = [scene.aside / str(file).lstrip("/")]
    elif action == "trash":
        places = [each for each in (scene.now / "data" / "Trash" / "files").glob("*") if each.name == file.name]
    else:
        kept = scene.pictures / "kept" / f"{2 * int(file.name.split()[0])}.png"
        places = [file] if (file.is_symlink() or file.stat().st_nlink > 1) and file.samefile(kept) else []
    return [each for each in places if each.is_file() and sha256(each.read_bytes()).hexdigest() == digest]


def wrong_now(scene: Scene, action: str) -> list[str]:
    """Files that are in none of their two places, or in both; kept ones that are not as they were."""
    wrong = []
    for name in scene.before:
        if name.startswith("kept"):
            whole = (scene.pictures / name).is_file() and tree(scene.pictures)[name][0] == scene.before[name][0]
            wrong += [] if whole else [f"{name}, which is kept, is not as it was"]
            continue
        places = int(is_at_its_place(scene, name)) + len(other_places(scene, action, name))
        wrong += [] if places == 1 else [f"{name} is in {places} places"]
    return wrong


def wrong_after_undo(scene: Scene) -> list[str]:
    """What is not as it was when nothing is left to undo."""
    wrong = []
    os.environ["XDG_DATA_HOME"] = str(scene.now / "data")  # the trash that the command had
    with lookalike.Library(scene.library, workers=1) as opened:
        while (undone := opened.undo()).outcomes:
            wrong += [f"undo: {outcome.path}: {outcome.why}" for outcome in undone.outcomes if outcome.failed]
            if undone.failed:
                break
    now = tree(scene.pictures)
    wrong += [f"not brought back: {name}" for name in scene.before if now.get(name) != scene.before[name]]
    wrong += [f"left behind: {name}" for name in now.keys() - scene.before.keys()]
    wrong += [f"left aside: {name}" for name in tree(scene.aside)] if scene.aside.exists() else []
    wrong += [f"verify: {problem}" for problem in problems_of(scene.library)[:1]]
    known = scene.records()
    return wrong + [f"the library: {line}" for line in sorted(known ^ scene.known)[:2]]


def row(found: Sequence[Kill], acting: float) -> dict[str, object]:
    """A line of the table."""
    return {
        "killed": f"{found[0].action}{', undone' if found[0].undoing else ''}",
        "kills": len(found),
        "while it ran": sum(kill.landed for kill in found),
        "half-way": sum(kill.halfway for kill in found),
        "s of acting": f"{acting:.2f}",
        "wrong": sum(bool(kill.wrong) for kill in found),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--actions", nargs="+", choices=ACTIONS, default=list(ACTIONS), metavar="ACTION")
    parser.add_argument("--kills", type=int, default=200, help="of all [default: 200]")
    parser.add_argument("--seed", type=int, default=0, help="of the moments [default: 0]")
    chosen = parser.parse_args()
    chance, rows, bad = random.Random(chosen.seed), [], []
    kinds = [(action, undoing) for action in chosen.actions for undoing in (False, True)]
    with tempfile.TemporaryDirectory() as fresh:
        scene = Scene(Path(fresh))
        for at, (action, undoing) in enumerate(kinds):
            count = chosen.kills // len(kinds) + (at < chosen.kills % len(kinds))
            if not count:
                continue
            acting = min(seconds_of_acting(scene, action, undoing=undoing) for _ in range(2))
            found = [
                killed(scene, action, chance.uniform(0, BEYOND * acting), undoing=undoing, goes_on=bool(number % 2))
                for number in range(count)
            ]
            rows.append(row(found, acting))
            bad += [f"{action}, killed after {kill.at:.3f} s: {line}" for kill in found for line in kill.wrong]
            print(f"{rows[-1]['killed']}: {count} kills", file=sys.stderr, flush=True)
    print(table(rows))
    print("\n".join(bad) or "all fine")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
