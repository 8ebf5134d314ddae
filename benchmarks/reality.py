"""Losses of metric learning beside one another on a folder of classes, as a table of docs/results/reality.md.

python benchmarks/reality.py FOLDER RUNS.jsonl [--pixels 28] [--loss arcface --loss triplet] [--budget 4] [--seeds 2]

It is `lookalike eval FOLDER --reality`, with the figures of the four networks side by side. With --pixels whole
networks are trained. Every run is a line of RUNS.jsonl, so that what was stopped goes on.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from lookalike.evaluate.reality.comparison import Row, Settings, compare
from lookalike.evaluate.reality.contenders import chosen
from lookalike.evaluate.reality.of_folder import of_folder
from lookalike.evaluate.statistics import Estimate
from lookalike.search.described import evaluations_folder
from lookalike.search.ingest.options import Options

COLUMNS = ("p@1", "r_precision", "map@r", "gain", "concatenated p@1", "concatenated map@r")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--pixels", type=int, metavar="SIDE")
    parser.add_argument("--loss", action="append", default=[])
    parser.add_argument("--budget", type=int, default=4)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--iterations", type=int, default=200)
    parser.add_argument("--dim", type=int, default=64)
    given = parser.parse_args()
    found = of_folder(given.folder, given.pixels, evaluations_folder(), Options(1))
    assert found is not None  # nobody asks to stop
    print("| loss | year | P@1 | R-precision | MAP@R | gain of MAP@R over PCA | concatenated: P@1 | MAP@R |")
    print("|---|---|---|---|---|---|---|---|")
    settings = Settings(given.budget, given.seeds, given.iterations, given.dim)
    compared = compare(
        found.split, chosen(given.loss), settings, given.runs, Options(1), lambda row: print(line(row), flush=True)
    )
    assert compared is not None
    print(f"\n{compared.pictures} pictures, {compared.test_pictures} of {compared.test_classes} classes in the test")
    best = ", ".join(f"{row.name} {row.metrics['map@r'].value:.3f}" for row in compared.ranked)
    print(f"In the order that holds here, by MAP@R: {best}. {time.process_time():.0f} s of CPU.")


def line(row: Row) -> str:
    cells = [told(row.metrics.get(name), "+.3f" if name == "gain" else ".3f") for name in COLUMNS]
    return "| " + " | ".join([row.name, str(row.year or ""), *cells]) + " |"


def told(figure: Estimate | None, form: str) -> str:
    return "" if figure is None else f"{figure.value:{form}} [{figure.low:{form}}, {figure.high:{form}}]"


if __name__ == "__main__":
    main()
