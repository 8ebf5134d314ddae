"""The tables of docs/results: every describer on every set of classes in a folder of data, by one command.

python benchmarks/results.py ../shared/data docs/results    some minutes; sets that are absent are skipped
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np

from lookalike.describe import DESCRIBERS
from lookalike.evaluate.protocol import Row
from lookalike.evaluate.ruler import Evaluation, evaluate_folder, named
from lookalike.search.ingest.options import Options

SETS = (
    "grocery/test",
    "grocery/train",
    "caltech101",
    "imagenette/train",
    "scene15/test",
    "textures",
    "faces",
    "cifar10/train",
)
MEASURES = ("p@1", "recall@10", "map@r", "ap")


def markdown(found: Evaluation, measures: Sequence[str]) -> list[str]:
    """The table of one set."""
    task = found.task
    left_out = "".join(f"; {count} left out: {why}" for why, count in task.left_out.items())
    grouped = "originals" if task.task == "copies" else "classes"
    heads = ("method", *measures, "ms/image", "bytes", "front", "p behind best")
    return [
        f"{len(task.queries)} queries to {len(task.base)} pictures, {task.group_count} {grouped}{left_out}.",
        "",
        "| " + " | ".join(heads) + " |",
        "|---" * len(heads) + "|",
        *(line(row, measures) for row in found.rows),
        "",
    ]


def line(row: Row, measures: Sequence[str]) -> str:
    """Markdown of one method."""
    figures = [row.metrics[name] for name in measures]
    cells = (
        row.method,
        *(f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]" for one in figures),
        f"{row.ms_per_image:.1f}",
        str(row.bytes_per_image),
        "*" if row.pareto else "",
        "" if row.behind is None else f"{row.behind:.4f}",
    )
    return "| " + " | ".join(cells) + " |"


def head(title: str, script: str) -> list[str]:
    """What every page of results begins with."""
    return [
        f"# {title}",
        "",
        "In brackets the 95 % interval over classes, or over originals of copies. The front holds what no other method",
        "beats in both quality (MAP@R of classes, micro-AP of copies) and time; the last column is the chance that the",
        "distance to the best is none (permutation over queries, for copies the bootstrap over originals; Holm).",
        "",
        *made(script),
    ]


def made(script: str) -> list[str]:
    """By which command, when and where a page was made."""
    return [
        f"Made by `python benchmarks/{script} DATA docs/results` at commit {commit()}, {date.today().isoformat()},",
        f"on {os.cpu_count()} cores of {platform.machine()}, Python {platform.python_version()}. Times are noise on a",
        "shared machine; their ratios are not.",
        "",
    ]


def commit() -> str:
    """The one that is checked out; with a mark where files differ from it."""
    git = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    return subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    lines = head("A class a folder", "results.py")
    lines += ["Each picture asks for the others of its class.", ""]
    with tempfile.TemporaryDirectory() as cache:
        for name in SETS:
            if (given.data / name).is_dir():
                everything = named(list(DESCRIBERS))
                found = evaluate_folder(given.data / name, everything, Path(cache), Options(), np.random.default_rng(0))
                assert found is not None
                lines += [f"## {name}", "", *markdown(found, MEASURES)]
                print("\n".join(lines[-len(found.rows) - 5 :]))
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "folder.md").write_text("\n".join(lines).rstrip() + "\n")
