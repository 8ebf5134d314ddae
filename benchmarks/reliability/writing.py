"""The verbs that write, each with a small library that it changes, and what must be true whatever stopped it.

`kills.py`, `syscall_faults.py` and `full_disks.py` stop them, and hold what is left against what a run leaves
that nothing stopped.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image

import lookalike
from lookalike.errors import LibraryMissing, LookalikeError
from lookalike.store.sqlite import SQLiteStore

DESCRIBERS: Final = ("phash", "histogram")
FURTHER: Final = "thumbnail"
"""What a library has not, and every picture of it is then described by."""
DEFECT: Final = ("Traceback", "a defect of the program")
CAME_TO_NOTHING: Final = -1
"""In place of an exit code, where a process had to be ended."""
MOST_SECONDS: Final = 300.0
State = frozenset[str]
"""What a library holds, a line for each thing: files, vectors, local features, pairs and calibrations."""


def nothing(_pictures: Path, _library: Path) -> None: ...


def half(pictures: Path, library: Path) -> None:
    with lookalike.Library(library, workers=1) as opened:
        opened.index(pictures / "old", describers=DESCRIBERS)


def whole(pictures: Path, library: Path) -> None:
    with lookalike.Library(library, workers=1) as opened:
        opened.index(pictures, describers=DESCRIBERS)


def by_looks_alone(pictures: Path, library: Path) -> None:
    """Calibrating takes a minute where copies are proved as well."""
    with lookalike.Library(library, workers=1) as opened:
        opened.index(pictures, describers=DESCRIBERS, local=False)


def forgotten(pictures: Path, library: Path) -> None:
    """With much that no file needs any more."""
    whole(pictures, library)
    with lookalike.open(library) as opened:
        opened.forget(pictures / "new")


def damaged(pictures: Path, library: Path) -> None:
    """With rows that do not fit their checksums, of vectors, of files and of pictures."""
    whole(pictures, library)
    with closing(sqlite3.connect(library / "library.sqlite")) as connection:
        connection.execute("UPDATE vectors_1 SET vector = zeroblob(length(vector)) WHERE content IN (2, 5)")
        connection.execute("UPDATE records SET mtime_ns = 7 WHERE content = 6")
        connection.execute("UPDATE contents SET height = 1 WHERE id = 9")
        connection.commit()


def undamaged(pictures: Path, library: Path) -> None:
    """What is sound of a library that is not: none of it may be lost."""
    damaged(pictures, library)
    with closing(SQLiteStore.open(library)) as store, store.writing():
        store.remove_damaged()


@dataclass(frozen=True)
class Verb:
    """A verb that writes: its words, in which `{pictures}` and so on stand for folders, and the library before it."""

    words: tuple[str, ...]
    before: Callable[[Path, Path], None]
    sound: Callable[[Path, Path], None] | None = None
    """Makes what is sound of that library, where not all of it is."""
    answers: bool = False
    """Whether what it prints is an answer, which another run gives too."""


VERBS: Final[Mapping[str, Verb]] = {
    "index": Verb(("index", "{pictures}", "--jsonl", "--describer", "phash", "--describer", "histogram"), nothing),
    "index more": Verb(("index", "{pictures}", "--jsonl"), half),
    "index anew": Verb(("index", "{pictures}", "--jsonl", "--describer", FURTHER), whole),
    "forget": Verb(("forget", "{pictures}/new"), whole),
    "compact": Verb(("compact",), forgotten),
    "repair": Verb(("repair",), damaged, undamaged),
    "roots move": Verb(("roots", "move", "{pictures}", "{moved}"), whole),
    "dupes": Verb(("dupes", "--relation", "copy"), whole, answers=True),
    "calibrate": Verb(("calibrate", "--originals", "4"), by_looks_alone),
    "search": Verb(("search", "{pictures}/old/0.png", "-k", "5"), whole, answers=True),
}
"""By name. `search` writes too: the files of the indexes, which are made when they are first needed."""
WITH_WORKERS: Final = ("index", "dupes", "calibrate")


@dataclass(frozen=True)
class Run:
    """How a command ended."""

    code: int
    out: str
    err: str
    seconds: float = 0.0

    @property
    def defects(self) -> list[str]:
        """What no user should ever read, and an end by a signal."""
        return [word for word in DEFECT if word in self.err] + ["a crash"] * (self.code < 0)


@dataclass
class Scene:
    """Pictures, and what each verb makes of its library when nothing stops it; made when first asked for."""

    root: Path
    _begun: dict[str, State] = field(default_factory=dict)
    _ended: dict[str, tuple[Run, State]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.pictures.exists():
            for number in range(12):
                draw(self.pictures / ("old" if number < 8 else "new"), number)
            shutil.copytree(self.pictures, self.root / "moved")

    @property
    def pictures(self) -> Path:
        return self.root / "pictures"

    def command(self, name: str, library: Path) -> list[str]:
        """The verb about this library."""
        places = {"pictures": str(self.pictures), "moved": str(self.root / "moved")}
        words = [word.format(**places) for word in VERBS[name].words]
        words += ["--workers", "1"] if words[0] in WITH_WORKERS else []
        return [sys.executable, "-m", "lookalike", *words, "--library", str(library)]

    def fresh(self, name: str, library: Path) -> Path:
        """The library that the verb begins with, in place of what is there."""
        shutil.rmtree(library, ignore_errors=True)
        made = self._made(VERBS[name].before)
        if made.exists():
            shutil.copytree(made, library)
        return library

    def begun(self, name: str) -> State:
        """What is sound of that library."""
        if name not in self._begun:
            self._begun[name] = state(self._made(VERBS[name].sound or VERBS[name].before))
        return self._begun[name]

    def ended(self, name: str) -> tuple[Run, State]:
        """The verb with nothing in its way."""
        if name not in self._ended:
            library = self.fresh(name, self.root / "unhindered" / "library")
            clean = run(self.command(name, library))
            if clean.code:
                raise RuntimeError(f"{name} with nothing in its way: {clean}")
            self._ended[name] = clean, state(library)
        return self._ended[name]

    def _made(self, make: Callable[[Path, Path], None]) -> Path:
        library = self.root / "before" / make.__name__
        if not library.exists():
            make(self.pictures, library)
        return library


def draw(folder: Path, number: int) -> None:
    """Noise, each picture another; every second one is a copy of the one before."""
    folder.mkdir(parents=True, exist_ok=True)
    coarse = np.random.default_rng(number // 2).integers(0, 256, (24, 32, 3), dtype=np.uint8)
    image = Image.fromarray(coarse).resize((160, 120), Image.Resampling.BICUBIC)
    image.save(folder / f"{number}.{'jpg' if number % 2 else 'png'}")


def run(command: Sequence[str], *, seconds: float = MOST_SECONDS, **settings: Any) -> Run:
    """The command, which is ended after so many seconds."""
    started = time.monotonic()
    given = {"env": {**os.environ, "OMP_NUM_THREADS": "1"}, "stdin": subprocess.DEVNULL, **settings}
    try:
        done = subprocess.run(command, capture_output=True, timeout=seconds, check=False, **given)
    except subprocess.TimeoutExpired as error:
        told = (error.stderr or b"").decode(errors="replace")
        return Run(CAME_TO_NOTHING, "", f"{told}\nno end after {seconds:g} s", seconds)
    out, err = (stream.decode(errors="surrogateescape") for stream in (done.stdout, done.stderr))
    return Run(done.returncode, out, err, time.monotonic() - started)


def state(library: Path) -> State:
    """What it holds; raises `LibraryDamaged` where it cannot be read. Of none, nothing."""
    try:
        store = SQLiteStore.open(library, write=False)
    except LibraryMissing:
        return frozenset()
    with closing(store):
        names = {record.id: record.content.sha256 for record in store.records()}
        lines = {f"file {record.path} {record.content.sha256}" for record in store.records()}
        lines |= {f"failure {failure.path} {failure.reason}" for failure in store.failures()}
        for space in (*store.spaces(), *store.spaces("planes")):
            for ids, rows in store.vectors(space):
                each = zip(ids.tolist(), rows, strict=True)
                lines |= {f"{space.name} of {names.get(id, 'none')}: {digest(row.tobytes())}" for id, row in each}
        for space in store.spaces("local"):
            lines |= {
                f"{space.name} of {names.get(id, 'none')}: {digest(features.descriptors.tobytes())}"
                for id, features in store.local(space)
            }
    return frozenset(lines | told_of_pairs(library, names))


def told_of_pairs(library: Path, names: Mapping[int, str]) -> set[str]:
    """What was proved and measured, whoever judged."""
    with closing(sqlite3.connect(f"{(library / 'library.sqlite').as_uri()}?mode=ro", uri=True)) as connection:
        pairs = connection.execute("SELECT a, b, relation FROM relations").fetchall()
        lines = {f"pair {' '.join(sorted(names.get(id, 'none') for id in (a, b)))}: {kind}" for a, b, kind in pairs}
        compared = connection.execute("SELECT content FROM compared").fetchall()
        lines |= {f"compared {names.get(id, 'none')}" for (id,) in compared}
        return lines | {f"calibrated {key}" for (key,) in connection.execute("SELECT key FROM calibrations")}


def digest(data: bytes) -> str:
    return sha256(data).hexdigest()[:16]


def wrong_after(scene: Scene, name: str, library: Path, stopped: Run) -> list[str]:
    """What a verb that was stopped left behind that it may not: damage, losses, strange things, an empty promise."""
    begun, (clean, ended) = scene.begun(name), scene.ended(name)
    try:
        problems = problems_of(library)
        if problems and VERBS[name].sound is not None:
            return []  # what was damaged before still is
        now = state(library)
    except (LookalikeError, OSError) as error:
        return [f"cannot be read after: {error}"]
    wrong = [f"verify: {problems[0]}"] if problems else []
    wrong += [f"lost: {line}" for line in sorted((begun & ended) - now)[:1]]
    wrong += [f"strange: {line}" for line in sorted(now - (begun | ended))[:1]]
    if now != ended and (stopped.code == clean.code or is_told_done(name, stopped.out)):
        wrong.append("it said that it was done")
    if acknowledged(stopped.out) > sum(line.startswith(("file ", f"{FURTHER} of ")) for line in now - begun):
        wrong.append("what it acknowledged is lost")
    return wrong


def wrong_at_the_end(scene: Scene, name: str, library: Path) -> list[str]:
    """What the next run does not put right."""
    clean, ended = scene.ended(name)
    again = run(scene.command(name, library))
    wrong = [f"the next run: {word}" for word in again.defects]
    wrong += [f"the next run ended with {again.code}"] * (again.code not in (clean.code, *may_end_with(name)))
    wrong += ["the next run gave another answer"] * (VERBS[name].answers and again.out != clean.out)
    try:
        wrong += [f"verify after the next run: {problem}" for problem in problems_of(library)[:1]]
        differing = sorted(state(library) ^ ended)
    except (LookalikeError, OSError) as error:
        return [*wrong, f"the next run left what cannot be read: {error}"]
    return wrong + [f"unfinished after the next run: {line}" for line in differing[:1]]


def may_end_with(name: str) -> tuple[int, ...]:
    """Further exit codes of a verb that did its work the time before: nothing is left to forget, or to move."""
    return {"forget": (1,), "roots move": (2,)}.get(name, ())


def is_told_done(name: str, out: str) -> bool:
    """Whether it printed its result: `index --jsonl` ends with a document, all others print nothing before."""
    return '"lookalike/index/' in out if name.startswith("index") else out.endswith("\n")


def acknowledged(out: str) -> int:
    """Pictures of which `index --jsonl` printed a whole line that they are kept."""
    lines = [line for line in out.splitlines(keepends=True) if line.startswith('{"committed"') and line.endswith("\n")]
    return max((int(line.split(":")[1].split(",")[0]) for line in lines), default=0)


def problems_of(library: Path) -> list[str]:
    """What `verify` finds; nothing where there is no library."""
    try:
        with lookalike.open(library) as opened:
            return opened.verify()
    except LibraryMissing:
        return []


def table(rows: Sequence[Mapping[str, object]]) -> str:
    """Rows of the same columns, as people read them."""
    heads = list(rows[0])
    cells = [heads, *([str(row[head]) for head in heads] for row in rows)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(heads))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
    )
