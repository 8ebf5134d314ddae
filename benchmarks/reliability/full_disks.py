"""What a verb makes of a disk that is full, or nearly so: a tmpfs of a random size (Linux, needs root to mount).

    python benchmarks/reliability/full_disks.py                        # four sizes for each verb that writes
    python benchmarks/reliability/full_disks.py --verbs index --disks 20 --seed 1

The free space is between nothing and what a whole run takes at its most. The verb does its work all the same, or ends
with exit code 7 and a sentence. Nothing that was there is lost, no part of a file stays behind, `verify` is clean, and
the next run, which has space, comes to the same as one that nothing stopped. A disk of which this is not so is named,
and the exit code is 1. Some ten seconds a disk.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent))

from writing import VERBS, Run, Scene, run, table, wrong_after, wrong_at_the_end

AMPLE: Final = 256 * 2**20
PAGE: Final = 4096
EVERY: Final = 0.002
"""Seconds between two looks at what is used."""
LEAST: Final = 0.15
"""Of the sizes, those that are of no more than some pages: it is there that a database cannot even be opened."""
LIMIT: Final = 7


@dataclass(frozen=True)
class Full:
    """What came of one disk."""

    verb: str
    free: int
    """Bytes, before the verb."""
    run: Run
    wrong: list[str]


def full_disks(scene: Scene, verb: str, count: int, chance: random.Random) -> list[Full]:
    """So many of one verb."""
    place = scene.root / "disk"
    place.mkdir(exist_ok=True)
    with mounted(place):
        needed = most_used(scene, verb, place)
        found = []
        for _ in range(count):
            most = 8 * PAGE if chance.random() < LEAST else needed
            found.append(one(scene, verb, place, chance.randrange(0, most + 1, PAGE)))
            print(told(found[-1]), file=sys.stderr, flush=True)
        return found


def why_not() -> str | None:
    """What keeps this from running here, if anything does."""
    if sys.platform != "linux" or os.getuid() != 0:
        return "only root may mount a tmpfs, on Linux"
    try:
        with tempfile.TemporaryDirectory() as place, mounted(Path(place)):
            return None
    except (OSError, subprocess.CalledProcessError) as error:
        return f"a tmpfs cannot be mounted here: {error}"


@contextmanager
def mounted(place: Path) -> Iterator[None]:
    """A tmpfs there."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={AMPLE}", "tmpfs", place], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def resize(place: Path, size: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={max(size, PAGE)}", place], check=True, capture_output=True)


def used(place: Path) -> int:
    """Bytes."""
    state = os.statvfs(place)
    return (state.f_blocks - state.f_bfree) * state.f_frsize


def most_used(scene: Scene, verb: str, place: Path) -> int:
    """Bytes that a whole run takes at a time, beside the library that it begins with."""
    library = scene.fresh(verb, place / "library")
    before, peaks, ended = used(place), [0], threading.Event()

    def look() -> None:
        while not ended.wait(EVERY):
            peaks.append(used(place) - before)

    watch = threading.Thread(target=look)
    watch.start()
    run(scene.command(verb, library))
    ended.set()
    watch.join()
    return max(peaks) // PAGE * PAGE


def one(scene: Scene, verb: str, place: Path, free: int) -> Full:
    """A run with so much space, and what is wrong with it."""
    library = scene.fresh(verb, place / "library")
    resize(place, used(place) + free)
    stopped = run(scene.command(verb, library))
    clean = scene.ended(verb)[0]
    wrong = stopped.defects
    wrong += [f"ended with {stopped.code}, not {LIMIT}"] * (stopped.code not in (clean.code, LIMIT))
    wrong += ["said nothing"] * (stopped.code == LIMIT and not stopped.err.strip())
    wrong += [f"left {file.name}" for file in library.rglob("*.new")]
    resize(place, AMPLE)
    wrong += wrong_after(scene, verb, library, stopped)
    wrong += wrong_at_the_end(scene, verb, library)
    return Full(verb, free, stopped, wrong)


def told(one: Full) -> str:
    """A line of how it went."""
    said = one.run.err.strip().splitlines()[-1:] or ["nothing said"]
    return f"{one.verb}, {one.free} bytes free: {one.run.code}, {said[0]}"


def row(verb: str, found: Sequence[Full]) -> dict[str, object]:
    """A line of the table."""
    codes = Counter(each.run.code for each in found)
    return {
        "verb": verb,
        "disks": len(found),
        "kB free": f"{min(each.free for each in found) // 1000} to {max(each.free for each in found) // 1000}",
        "exit codes": ", ".join(f"{code}: {count}" for code, count in sorted(codes.items())),
        "wrong": sum(bool(each.wrong) for each in found),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--verbs", nargs="+", choices=VERBS, default=list(VERBS), metavar="VERB", help=", ".join(VERBS))
    parser.add_argument("--disks", type=int, default=4, help="of each verb [default: 4]")
    parser.add_argument("--seed", type=int, default=0, help="of the sizes [default: 0]")
    chosen = parser.parse_args()
    reason = why_not()
    if reason is not None:
        print(f"full_disks.py: {reason}", file=sys.stderr)
        return 2
    chance, rows, bad = random.Random(chosen.seed), [], []
    with tempfile.TemporaryDirectory() as fresh:
        scene = Scene(Path(fresh))
        for verb in chosen.verbs:
            found = full_disks(scene, verb, chosen.disks, chance)
            rows.append(row(verb, found))
            bad += [f"{verb}, {each.free} bytes free: {'; '.join(each.wrong)}" for each in found if each.wrong]
    print(table(rows))
    print("\n".join(bad) or "all fine")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
