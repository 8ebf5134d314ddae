"""Every file of a folder indexed: what came of each, and the most memory that each kind of process held.

    python benchmarks/reliability/hostile.py [--files 4000] [--seed 0]    # odd files, and damaged copies of them
    python benchmarks/reliability/hostile.py FOLDER [--workers 2] [--most-mb 537]

Ends with 1 where a file has no outcome, a process crashed, or one of the children held more than it may.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from odd_files import LARGE, made
from watched import watched

SHARE_OF_LARGE = 0.02
"""Of the damaged copies, those of files that take hundreds of MB to decode."""
HEADER = 200
"""Bytes in which most of the damage is: what a file says of itself is what misleads."""


def hostile(folder: Path, count: int, seed: int) -> Path:
    """The odd files, and damaged copies of them: as many in all as are asked for."""
    chance = random.Random(seed)
    odd = made(folder)
    large, small = ([file for file in odd if (file.name in LARGE) == wanted] for wanted in (True, False))
    for number in range(count - len(odd)):
        base, other = chance.choice(large if chance.random() < SHARE_OF_LARGE else small), chance.choice(small)
        (folder / f"{number} {base.name}").write_bytes(damaged(base.read_bytes(), other, chance))
    return folder


def damaged(data: bytes, other: Path, chance: random.Random) -> bytes:
    """Bits flipped, numbers made large, an end cut off, a part repeated, or the end of another file's instead."""
    if not data:
        return chance.randbytes(HEADER)
    at = chance.randrange(min(len(data), HEADER) if chance.random() < 0.7 else len(data))
    kind = chance.choice(["bits", "bits", "large", "cut", "repeated", "other"])
    if kind == "cut":
        return data[: chance.randrange(len(data))]
    if kind == "repeated":
        return data[:at] + data[at : at + 1000] * chance.randrange(2, 50) + data[at:]
    if kind == "other":
        return data[:at] + other.read_bytes()[at:]
    changed = bytearray(data)
    if kind == "large":
        changed[at : at + 4] = chance.choice([b"\xff" * 4, b"\x7f\xff\xff\xff", b"\x00\x00\xff\xff"])
    else:
        for _ in range(chance.randrange(1, 20)):
            where = min(at + chance.randrange(HEADER), len(changed) - 1)
            changed[where] ^= 1 << chance.randrange(8)
    return bytes(changed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="[default: hostile files are made]")
    parser.add_argument("--files", type=int, default=4000, help="to make [default: 4000]")
    parser.add_argument("--seed", type=int, default=0, help="of what is made")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seconds", type=float, default=3600, help="the whole may take")
    parser.add_argument("--most-mb", type=int, default=2**29 // 10**6 + 1, help="MB that a child may hold")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as fresh:
        folder = chosen.folder or hostile(Path(fresh) / "hostile", chosen.files, chosen.seed)
        command = ["index", folder, "--library", Path(fresh) / "library", "--json", "--workers"]
        outcome = watched([sys.executable, "-m", "lookalike", *command, str(chosen.workers)], seconds=chosen.seconds)
    report = json.loads(outcome.out) if outcome.out.startswith("{") else {}
    counted = sum(report.get(name, 0) for name in ("added", "updated", "moved", "unchanged", "skipped", "failed"))
    children = {kind: peak for kind, peak in outcome.peaks.of_kind.items() if kind != "main"}
    wrong = [f"it ended with {outcome.code}"] if outcome.code not in (0, 3) else []
    wrong += ["a traceback"] if "Traceback" in outcome.err else []
    wrong += ["files without an outcome"] if not report or counted != report["seen"] else []
    wrong += [f"{kind} held too much" for kind, peak in children.items() if peak > chosen.most_mb * 10**6]
    row = {
        "files": report.get("seen"),
        "seconds": round(outcome.seconds, 1),
        "peak_mb": {kind: peak // 10**6 for kind, peak in sorted(outcome.peaks.of_kind.items())},
        "together_mb": outcome.peaks.together // 10**6,
        "failed": dict(Counter(failure["reason"] for failure in report.get("failures", ()))),
        "wrong": wrong,
    }
    print(json.dumps(row))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
