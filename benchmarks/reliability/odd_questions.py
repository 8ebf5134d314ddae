"""What every verb makes of files that no camera writes: exit code, seconds, and the peak of each kind of process.

    python benchmarks/reliability/odd_questions.py                  # all verbs, all files
    python benchmarks/reliability/odd_questions.py --verbs match locate --files 65500x3.jpg

At most 1 GB in any process, 20 s of CPU a question, and no traceback: what is more is marked, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent))

from odd_files import made, noise
from watched import Outcome, watched

VERBS: Final = ("match", "compare", "locate", "locate in", "locate scaled", "search", "describe", "index", "dupes")
MOST_BYTES: Final = 10**9
MOST_SECONDS: Final = 20.0
DEFECT: Final = ("Traceback", "a defect of the program")


def arguments(verb: str, file: Path, photo: Path, library: Path) -> list[str]:
    """What is asked about a file."""
    at = ["--library", str(library)]
    return {
        "match": ["match", str(file), str(photo)],
        "compare": ["compare", str(file), str(photo)],
        "locate": ["locate", str(file), str(photo)],
        "locate in": ["locate", str(photo), str(file)],
        "locate scaled": [*["locate", str(photo), str(file)], "--scales", "0.5:2", "--map", f"{library}.png"],
        "search": ["search", str(file), *at],
        "describe": ["describe", str(file), "--with", "histogram", "-o", str(library.with_name("rows.npz"))],
        "index": ["index", str(file), *at],
        "dupes": ["dupes", "--relation", "scene", *at],
    }[verb]


def asked(words: Sequence[str]) -> tuple[Outcome, float]:
    """One question in a process of its own, and its CPU seconds, those of its children with them."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    outcome = watched([sys.executable, "-m", "lookalike", *words], env={**os.environ, "OMP_NUM_THREADS": "2"})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return outcome, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def rows(verbs: Sequence[str], files: Sequence[Path], folder: Path) -> Iterator[dict[str, object]]:
    """One a question."""
    photo, library = folder / "photo.png", folder / "library"
    noise(300, 200, seed=9).save(photo)
    asked(["index", str(photo), "--library", str(library)])
    for verb in verbs:
        for file in files if verb != "dupes" else files[:1]:
            outcome, seconds = asked(arguments(verb, file, photo, library))
            wrong = [word for word in DEFECT if word in outcome.err]
            wrong += ["memory"] * (max(outcome.peaks.of_kind.values(), default=0) > MOST_BYTES)
            wrong += ["time"] * (seconds > MOST_SECONDS)
            wrong += ["code"] * (outcome.code not in (0, 1, 2, 3))
            yield {
                "verb": verb,
                "file": file.name,
                "code": outcome.code,
                "cpu_s": round(seconds, 1),
                "peak_mb": {kind: peak // 10**6 for kind, peak in outcome.peaks.of_kind.items()},
                "together_mb": outcome.peaks.together // 10**6,
                "said": outcome.err.strip().splitlines()[-1:] or None,
                "wrong": wrong,
            }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--verbs", nargs="+", choices=VERBS, default=VERBS, metavar="VERB", help=", ".join(VERBS))
    parser.add_argument("--files", nargs="+", default=None, metavar="NAME", help="some of them, by name")
    parser.add_argument("--folder", type=Path, help="where the odd files are or will be [default: a fresh one]")
    chosen = parser.parse_args()
    bad = 0
    with tempfile.TemporaryDirectory() as fresh:
        files = made(chosen.folder or Path(fresh) / "odd")
        for row in rows(chosen.verbs, [f for f in files if not chosen.files or f.name in chosen.files], Path(fresh)):
            bad += bool(row["wrong"])
            print(json.dumps(row), flush=True)
    print(json.dumps({"questions_that_went_wrong": bad}))
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
