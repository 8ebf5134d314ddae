"""Our describers beside what people use now, on edited copies and on classes: quality, and time of describing.

    python benchmarks/peers.py ../shared/data docs/results [--originals 400]    some twenty minutes on two cores

The copies are made from grocery, caltech101 and flickr8k together; the classes are of grocery/test and caltech101.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])

import numpy as np

from lookalike.evaluate.protocol import Row
from lookalike.evaluate.ruler import evaluate_copies, evaluate_folder, named
from lookalike.search.ingest.options import Options
from peer_describers import PEERS, Peer
from results import head, markdown

SETS = ("grocery", "caltech101", "flickr8k")
CLASSES = ("grocery/test", "caltech101")
COPIES = ("p@1", "micro-ap", "recall@p90", "recall@p99")
FIXED = {
    "phash": 1 - 10 / 64,
    "dhash": 1 - 10 / 64,
    "imagehash-phash": 1 - 10 / 64,
    "cv2-phash": 1 - 10 / 64,
    "convnet": 0.9,
}
"""Thresholds that the tools of today come with: ten bits of a hash, a cosine of .9 of a network."""


def fixed_thresholds(rows: tuple[Row, ...]) -> list[str]:
    """Precision and recall at the thresholds that tools come with, and at the one that 99 % precision needs here."""
    lines = ["| method | threshold | precision | recall |", "|---|---|---|---|"]
    for row in rows:
        curve = row.curve
        for label, least in (("as shipped", FIXED.get(row.method)), ("for 99 %", row_threshold(row))):
            if curve is not None and least is not None:
                at = int((curve.thresholds >= least - 1e-6).sum()) - 1
                precision, recall = (curve.precision[at], curve.recall[at]) if at >= 0 else (float("nan"), 0.0)
                lines.append(f"| {row.method} | {least:.3f} ({label}) | {precision:.3f} | {recall:.3f} |")
    return lines


def row_threshold(row: Row) -> float | None:
    """The lowest whose precision is 99 %."""
    if row.curve is None:
        return None
    good = row.curve.thresholds[row.curve.precision >= 0.99]
    return float(good.min()) if len(good) else None


def together(data: Path, folder: Path, sets: Sequence[str] = SETS) -> None:
    """One folder of all pictures of `sets`, a folder for each set."""
    for name in sets:
        shutil.copytree(data / name, folder / name, dirs_exist_ok=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--originals", type=int, default=400)
    given = parser.parse_args()
    ours = named(())
    methods: list[Any] = [*ours, *(Peer(name) for name in PEERS)]
    lines = head("Beside the peers", "peers.py")
    with tempfile.TemporaryDirectory() as place:
        folder, cache = Path(place) / "copies", Path(place) / "cache"
        together(given.data, folder)
        rng = np.random.default_rng(0)
        found = evaluate_copies(folder, methods, cache, Options(), rng, originals=given.originals)
        assert found is not None
        lines += [f"## Edited copies of {', '.join(SETS)}", ""]
        lines += markdown(found, COPIES)
        lines += ["## Precision and recall of one threshold", "", *fixed_thresholds(found.rows), ""]
        lines += ["## Found first, by edit", "", *by_edit(found.rows), ""]
        for name in CLASSES:
            of_classes = evaluate_folder(given.data / name, methods, cache, Options(), rng)
            assert of_classes is not None
            lines += [f"## Classes of {name}", "", *markdown(of_classes, ("p@1", "map@r"))]
    (given.out / "peers.md").write_text("\n".join(lines).rstrip() + "\n")


def by_edit(rows: tuple[Row, ...]) -> list[str]:
    """P@1 of every method on every edit."""
    lines = ["| | " + " | ".join(row.method for row in rows) + " |", "|---" * (len(rows) + 1) + "|"]
    for kind in rows[0].by_kind:
        lines.append(f"| {kind} | " + " | ".join(f"{row.by_kind[kind].value:.2f}" for row in rows) + " |")
    return lines


if __name__ == "__main__":
    main()
