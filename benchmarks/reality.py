"""Losses of metric learning beside one another on the classes of a library, as tables of a page.

python benchmarks/reality.py LIBRARY RUNS.jsonl [--by label] [--loss arcface --loss triplet] [--budget 4] [--seeds 2]

LIBRARY holds photos with classes and `convnet` rows. The protocol is that of `lookalike eval FOLDER --reality`, which
takes classes from folders alone. Every run is a line of RUNS.jsonl, so that what was stopped goes on.
"""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path

import numpy as np

from lookalike.evaluate.reality.comparison import Row, Settings, compare
from lookalike.evaluate.reality.contenders import chosen
from lookalike.evaluate.reality.split import Split
from lookalike.evaluate.statistics import Estimate
from lookalike.search.adapt import labelled_rows
from lookalike.search.ingest.options import Options
from lookalike.store import open_store

COLUMNS = ("p@1", "r_precision", "map@r", "gain", "concatenated p@1", "concatenated map@r")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--by", default="label")
    parser.add_argument("--loss", action="append", default=[])
    parser.add_argument("--budget", type=int, default=4)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--iterations", type=int, default=200)
    parser.add_argument("--dim", type=int, default=64)
    given = parser.parse_args()
    with closing(open_store(given.library, write=False)) as store:
        split = Split.of(*labelled_rows(store, given.by, None, np.random.default_rng(0)))
    print("| loss | year | P@1 | R-precision | MAP@R | gain of MAP@R over PCA | concatenated: P@1 | MAP@R |")
    print("|---|---|---|---|---|---|---|---|")
    settings = Settings(given.budget, given.seeds, given.iterations, given.dim)
    compare(split, chosen(given.loss), settings, given.runs, Options(1), lambda row: print(line(row), flush=True))


def line(row: Row) -> str:
    cells = [told(row.metrics.get(name), "+.3f" if name == "gain" else ".3f") for name in COLUMNS]
    return "| " + " | ".join([row.name, str(row.year or ""), *cells]) + " |"


def told(figure: Estimate | None, form: str) -> str:
    return "" if figure is None else f"{figure.value:{form}} [{figure.low:{form}}, {figure.high:{form}}]"


if __name__ == "__main__":
    main()
