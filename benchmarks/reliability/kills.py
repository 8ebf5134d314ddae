"""What is left of a library when a verb is killed (SIGKILL) while it writes, and whether the next run finishes.

    python benchmarks/reliability/kills.py                     # ten kills of each verb that writes
    python benchmarks/reliability/kills.py --verbs dupes calibrate --kills 50 --seed 1

A kill comes at a random moment from a verb's first change to the library to its last. Afterwards the library opens,
`verify` is clean, what was there and what was acknowledged still is, and the next run of the verb comes to the same as
one that nothing stopped. What fails is named, and the exit code is 1. Half a minute a verb and ten kills, more for
`dupes` and `calibrate`.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent))

from writing import VERBS, Run, Scene, table, wrong_after, wrong_at_the_end

EVERY: Final = 0.001
"""Seconds between two looks at the library's files."""
BEYOND: Final = 1.1
"""Of the time of writing: kills come also just after the last change."""
Seen = frozenset[tuple[str, int, int]]
"""Name, size and time of change of each file."""


@dataclass(frozen=True)
class Kill:
    """What came of one."""

    verb: str
    at: float
    """Seconds after the first change."""
    writing: float
    """Seconds that a run which nothing stops goes on changing things."""
    landed: bool
    """Whether the verb was still running."""
    wrong: list[str]


def kills(scene: Scene, verb: str, count: int, chance: random.Random) -> list[Kill]:
    """So many of one verb, each of a library of its own."""
    library = scene.root / "killed" / "library"
    writing = min(seconds_of_writing(scene, verb, library) for _ in range(2))  # other work only makes it longer
    return [killed(scene, verb, library, writing, chance.uniform(0, BEYOND * writing)) for _ in range(count)]


def seconds_of_writing(scene: Scene, verb: str, library: Path) -> float:
    """From the first change that a whole run makes to the last."""
    with begun(scene, verb, library) as process:
        before = files(library)
        changed_at: list[float] = []
        while process.poll() is None:
            now = files(library)
            if now != before:
                changed_at.append(time.monotonic())
                before = now
            time.sleep(EVERY)
    return changed_at[-1] - changed_at[0] if changed_at else 0.0


def killed(scene: Scene, verb: str, library: Path, writing: float, at: float) -> Kill:
    """One that is killed so many seconds after its first change."""
    with begun(scene, verb, library) as process:
        before = files(library)
        while process.poll() is None and files(library) == before:
            time.sleep(EVERY)
        time.sleep(at)
        process.kill()
        out, err = process.communicate()
    stopped = Run(process.returncode, out.decode(errors="surrogateescape"), err.decode(errors="replace"))
    wrong = wrong_after(scene, verb, library, stopped)
    wrong += wrong_at_the_end(scene, verb, library)
    return Kill(verb, at, writing, process.returncode < 0, wrong)


def begun(scene: Scene, verb: str, library: Path) -> subprocess.Popen[bytes]:
    """The verb on its way."""
    scene.fresh(verb, library)
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = scene.command(verb, library)
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)


def files(folder: Path) -> Seen:
    """As they are now; one that goes while it is looked at is gone."""
    found = set()
    for file in folder.rglob("*"):
        try:
            state = file.stat()
        except FileNotFoundError:
            continue
        found.add((str(file), state.st_size, state.st_mtime_ns))
    return frozenset(found)


def row(verb: str, found: Sequence[Kill]) -> dict[str, object]:
    """A line of the table."""
    return {
        "verb": verb,
        "kills": len(found),
        "while it ran": sum(kill.landed for kill in found),
        "s of writing": f"{found[0].writing:.2f}",
        "wrong": sum(bool(kill.wrong) for kill in found),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--verbs", nargs="+", choices=VERBS, default=list(VERBS), metavar="VERB", help=", ".join(VERBS))
    parser.add_argument("--kills", type=int, default=10, help="of each verb [default: 10]")
    parser.add_argument("--seed", type=int, default=0, help="of the moments [default: 0]")
    chosen = parser.parse_args()
    chance, rows, bad = random.Random(chosen.seed), [], []
    with tempfile.TemporaryDirectory() as fresh:
        scene = Scene(Path(fresh))
        for verb in chosen.verbs:
            found = kills(scene, verb, chosen.kills, chance)
            rows.append(row(verb, found))
            bad += [f"{verb}, killed after {kill.at:.3f} s: {line}" for kill in found for line in kill.wrong]
            print(f"{verb}: {len(found)} kills", file=sys.stderr, flush=True)
    print(table(rows))
    print("\n".join(bad) or "all fine")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
