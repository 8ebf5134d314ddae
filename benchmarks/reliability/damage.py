"""What becomes of a library whose files were damaged in silence: found, harmless, or told as an answer.

python benchmarks/reliability/damage.py [--trials N] [--seed S] [--pictures FOLDER]    JSON out; a second or two a trial
"""

from __future__ import annotations

import argparse
import json
import math
import random
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

import lookalike
from lookalike.errors import LookalikeError

DRAWN = 24
ASKED = 3


def draw(folder: Path) -> Path:
    """Coarse noise, each picture another."""
    folder.mkdir()
    for seed in range(DRAWN):
        coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((320, 240), Image.Resampling.BICUBIC).save(folder / f"{seed}.png")
    return folder


def damage(folder: Path, chance: random.Random) -> str:
    """Damages a file, a large one sooner: a bit flipped, some bytes overwritten, a sector of zeros, an end cut off."""
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.stat().st_size)
    file = chance.choices(files, [each.stat().st_size for each in files])[0]
    data = bytearray(file.read_bytes())
    kind, at = chance.choice(["bit", "bit", "bytes", "sector", "cut"]), chance.randrange(len(data))
    if kind == "bit":
        data[at] ^= 1 << chance.randrange(8)
    elif kind == "bytes":
        data[at : at + 4] = chance.randbytes(len(data[at : at + 4]))
    elif kind == "sector":
        at -= at % 512
        data[at : at + 512] = bytes(len(data[at : at + 512]))
    else:
        del data[at:]
    file.write_bytes(data)
    return f"{kind} at {at} of {file.name}"


def answers(folder: Path, asked: list[Path]) -> list[object]:
    """Answers of searches and the groups, as they are told; raises `ValueError` for a score that cannot be."""
    with lookalike.Library(folder, workers=1) as library:
        told: list[object] = []
        for picture in asked:
            for answer in library.search(picture, k=10):
                if not 0 <= answer.score <= 1 or math.isnan(answer.score):
                    raise ValueError(f"a score of {answer.score}")
                told.append((answer.record.path, round(answer.score, 6), answer.relation))
        told += [[record.path for record in group.members] for group in library.dupes()]
    return told


def outcome(folder: Path, asked: list[Path], good: list[object]) -> tuple[str, list[str]]:
    """What the answers are beside those of the sound library; what `verify` says."""
    try:
        kind = "as before" if answers(folder, asked) == good else "another answer"
    except LookalikeError as error:
        kind = f"error {type(error).__name__}"
    except Exception as error:  # noqa: BLE001  what is counted here
        kind = f"defect {type(error).__name__}"
    try:
        with lookalike.open(folder) as library:
            return kind, library.verify()
    except LookalikeError as error:
        return kind, [str(error)]


def mended(folder: Path) -> str:
    """What `repair` makes of it."""
    try:
        with lookalike.Library(folder, workers=1) as library:
            library.repair()
            return "repair leaves problems" if library.verify() else "repaired"
    except LookalikeError:
        return "beyond repair"


def main() -> None:
    """Counts of outcomes; exit code 1 where a damage was told as an answer and not found, or was a defect."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pictures", type=Path, help="a folder of pictures in place of those that are drawn")
    parser.add_argument("--repair", action="store_true", help="also repair what was found, which takes longer")
    given = parser.parse_args()
    chance, counts, bad = random.Random(given.seed), Counter[str](), []
    with tempfile.TemporaryDirectory() as place:
        pictures = given.pictures or draw(Path(place) / "pictures")
        whole = Path(place) / "whole"
        with lookalike.open(whole) as library:
            library.index(pictures)
            library.build_indexes()
            asked = [Path(record.path) for record in library.store.records()][:ASKED]
        good = answers(whole, asked)
        for trial in range(given.trials):
            folder = Path(shutil.copytree(whole, Path(place) / str(trial)))
            what = damage(folder, chance)
            kind, problems = outcome(folder, asked, good)
            counts[f"{kind}, {'found' if problems else 'not found'} by verify"] += 1
            if kind.startswith("defect") or (kind != "as before" and not problems):
                bad.append(f"{what}: {kind}")
            if given.repair and problems:
                counts[mended(folder)] += 1
            shutil.rmtree(folder)
    print(json.dumps({"trials": given.trials, "seed": given.seed, "outcomes": dict(counts.most_common()), "bad": bad}))
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
