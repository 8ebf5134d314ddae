"""Every file of a folder indexed: what came of each, and the most memory that each kind of process held.

    python benchmarks/reliability/hostile.py FOLDER [--workers 2] [--most-mb 537]

Ends with 1 where a file has no outcome, a process crashed, or one of the children held more than it may.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from watched import watched


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seconds", type=float, default=3600, help="the whole may take")
    parser.add_argument("--most-mb", type=int, default=2**29 // 10**6 + 1, help="MB that a child may hold")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as fresh:
        command = ["index", chosen.folder, "--library", Path(fresh) / "library", "--json", "--workers"]
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
