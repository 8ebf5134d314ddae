"""What a verb makes of a system call that fails at its n-th time: no space, a bad disk, no permission (Linux, strace).

    python benchmarks/reliability/syscall_faults.py                       # eight faults for each verb that writes
    python benchmarks/reliability/syscall_faults.py --verbs index --faults 60 --seed 1

Only calls about the library's own files fail: from the n-th on or that one alone, n at random among those that a whole
run makes. The verb does its work all the same, or ends with an exit code and a sentence that say what is wrong. Nothing
that was there is lost, `verify` is clean, and the next run comes to the same as one that nothing stopped. A fault of
which this is not so is named, and the exit code is 1. Some ten seconds a fault.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent))

from writing import VERBS, Run, Scene, run, table, wrong_after, wrong_at_the_end

FAULTS: Final = {
    "openat": ("EACCES", "EMFILE", "ENOSPC", "EIO", "EINTR", "ENOMEM"),
    "pread64": ("EIO", "EINTR"),
    "read": ("EIO", "EINTR"),
    "pwrite64": ("ENOSPC", "EIO", "EDQUOT", "EINTR"),
    "write": ("ENOSPC", "EIO", "EINTR"),
    "fsync": ("EIO", "ENOSPC"),
    "fdatasync": ("EIO", "ENOSPC"),
    "ftruncate": ("EIO", "EINTR"),
    "fcntl": ("EINTR", "ENOLCK"),
    "flock": ("EINTR", "ENOLCK"),
    "mmap": ("ENOMEM",),
    "rename": ("EACCES", "ENOSPC", "EIO"),
    "unlink": ("EACCES", "EIO"),
    "mkdir": ("ENOSPC", "EACCES"),
    "newfstatat": ("EIO", "EACCES"),
}
"""Calls, and how each of them may fail."""
FILES: Final = ("library.sqlite", "library.sqlite-wal", "library.sqlite-shm", "library.sqlite-journal", "library.lock")
SAID: Final = frozenset({2, 3, 4, 5, 7})
"""Exit codes that say that something is wrong."""
FULL: Final = frozenset({"ENOSPC", "EDQUOT", "ENOMEM", "EMFILE"})
"""Of which the exit code is 7, but for calls whose error SQLite does not tell."""
UNTOLD: Final = ("openat", "mkdir")


@dataclass(frozen=True)
class Fault:
    """A call that fails, the n-th time or from then on."""

    call: str
    error: str
    number: int
    lasting: bool

    def __str__(self) -> str:
        return f"{self.call}:error={self.error}:when={self.number}{'+' if self.lasting else ''}"


@dataclass(frozen=True)
class Injected:
    """What came of one."""

    verb: str
    fault: Fault
    struck: bool
    """Whether there was such a call."""
    run: Run
    wrong: list[str]


def injected(scene: Scene, verb: str, count: int, chance: random.Random) -> list[Injected]:
    """So many of one verb, each in a library of its own."""
    library = scene.root / "faulted" / "library"
    calls = calls_of(scene, verb, library)
    found = []
    for _ in range(count):
        found.append(one(scene, verb, library, drawn(calls, chance)))
        print(told(found[-1]), file=sys.stderr, flush=True)
    return found


def calls_of(scene: Scene, verb: str, library: Path) -> Counter[str]:
    """How often a whole run makes each call about the library's files."""
    _, log = traced(scene, verb, library, [])
    return Counter(call for call in re.findall(r"^\d+ +(\w+)\(", log, re.MULTILINE) if call in FAULTS)


def drawn(calls: Counter[str], chance: random.Random) -> Fault:
    """Each call alike: there is one rename for a hundred writes."""
    call = chance.choice(sorted(calls))
    lasting = chance.random() < 0.5
    error = chance.choice(FAULTS[call])
    return Fault(call, error, chance.randint(1, calls[call]), lasting and error != "EINTR")


def one(scene: Scene, verb: str, library: Path, fault: Fault) -> Injected:
    """A run with a fault, and what is wrong with it."""
    stopped, log = traced(scene, verb, library, ["-e", f"inject={fault}"])
    clean = scene.ended(verb)[0]
    wrong = stopped.defects
    wrong += [f"ended with {stopped.code}"] * (stopped.code not in SAID | {clean.code})
    if fault.error in FULL and fault.call not in UNTOLD and stopped.code not in (clean.code, 7):
        wrong.append(f"ended with {stopped.code}, not 7")
    wrong += ["said nothing"] * (stopped.code != clean.code and not stopped.err.strip())
    wrong += wrong_after(scene, verb, library, stopped)
    wrong += wrong_at_the_end(scene, verb, library)
    return Injected(verb, fault, "(INJECTED)" in log, stopped, wrong)


def traced(scene: Scene, verb: str, library: Path, settings: Sequence[str]) -> tuple[Run, str]:
    """The verb under strace; the calls about the library's files, a line each."""
    scene.fresh(verb, library)
    log = scene.root / "strace.log"
    paths = [word for file in files_of(scene, verb, library) for word in ("-P", str(file))]
    trace = f"trace={','.join(FAULTS)}"
    command = ["strace", "-f", "--seccomp-bpf", "-qq", "-o", str(log), "-e", trace, *settings, *paths]
    done = run([*command, *scene.command(verb, library)])
    return done, log.read_text(errors="replace")


def files_of(scene: Scene, verb: str, library: Path) -> list[Path]:
    """Those of the library that the verb may touch."""
    scene.ended(verb)
    whole = scene.root / "unhindered" / "library"
    indexes = [library / "indexes" / file.name for file in (whole / "indexes").glob("*")]
    new = [file.with_suffix(".new") for file in indexes]
    return [library, library / "indexes", *(library / name for name in FILES), *indexes, *new]


def told(one: Injected) -> str:
    """A line of how it went."""
    said = one.run.err.strip().splitlines()[-1:] or ["nothing said"]
    return f"{one.verb}, {one.fault}: {one.run.code if one.struck else 'did not strike'}, {said[0]}"


def row(verb: str, found: Sequence[Injected]) -> dict[str, object]:
    """A line of the table."""
    codes = Counter(each.run.code for each in found if each.struck)
    return {
        "verb": verb,
        "faults": len(found),
        "struck": sum(each.struck for each in found),
        "exit codes": ", ".join(f"{code}: {count}" for code, count in sorted(codes.items())),
        "wrong": sum(bool(each.wrong) for each in found),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--verbs", nargs="+", choices=VERBS, default=list(VERBS), metavar="VERB", help=", ".join(VERBS))
    parser.add_argument("--faults", type=int, default=8, help="of each verb [default: 8]")
    parser.add_argument("--seed", type=int, default=0, help="of the faults [default: 0]")
    chosen = parser.parse_args()
    if shutil.which("strace") is None:
        print("syscall_faults.py needs strace, which is not here: install it (apt install strace)", file=sys.stderr)
        return 2
    chance, rows, bad = random.Random(chosen.seed), [], []
    with tempfile.TemporaryDirectory() as fresh:
        scene = Scene(Path(fresh))
        for verb in chosen.verbs:
            found = injected(scene, verb, chosen.faults, chance)
            rows.append(row(verb, found))
            bad += [f"{verb}, {each.fault}: {'; '.join(each.wrong)}" for each in found if each.wrong]
    print(table(rows))
    print("\n".join(bad) or "all fine")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
