"""What each describer adds to the default mixture, on classes and on edited copies.

    python benchmarks/mixture.py ../shared/data [--classes SET]... [--copies SET]... > mixture.md    some minutes

The default mixture alone, without each of its parts, and with each other describer at each of two weights. The copies
are made from all pictures of the sets of `--copies` together. `none` leaves a task out.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lookalike.describe import DESCRIBERS
from lookalike.evaluate.method import Method
from lookalike.evaluate.ruler import Evaluation, evaluate_copies, evaluate_folder, named
from lookalike.protocols import Describer
from lookalike.search.ingest.options import Options
from lookalike.search.ranking.channels import DEFAULT_WEIGHTS, Channel, mixed
from peers import together
from results import made, markdown

CLASSES = ("grocery/test", "caltech101", "imagenette/train", "scene15/test")
COPIES = ("grocery", "flickr8k")
NONE = "none"
WEIGHTS = (0.1, 0.25)


def mixtures(describers: Sequence[Describer]) -> list[Method]:
    """The default, each of its parts left out in turn, and each describer added at each weight."""
    inside = [each for each in describers if each.name in DEFAULT_WEIGHTS]
    parts = {each.name: Channel(each, DEFAULT_WEIGHTS[each.name]) for each in inside}
    default = Method("default", tuple(mixed(list(parts.values()))))
    less = [
        Method(f"without {left_out}", tuple(mixed([part for name, part in parts.items() if name != left_out])))
        for left_out in parts
    ]
    more = [
        Method(f"+ {each.name} {weight}", tuple(mixed([*parts.values(), Channel(each, weight)])))
        for each in describers
        if each.name not in parts
        for weight in WEIGHTS
    ]
    plain = Method("not sharpened", tuple(parts.values()))
    alone = [Method(f"{name} alone", (part,)) for name, part in parts.items()]
    return [default, plain, *alone, *less, *more]


def section(title: str, found: Evaluation | None, measures: Sequence[str]) -> str:
    """Markdown of one task."""
    assert found is not None
    return "\n".join([f"## {title}", "", *markdown(found, measures)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--classes", action="append", metavar="SET")
    parser.add_argument("--copies", action="append", metavar="SET")
    parser.add_argument("--originals", type=int, default=100)
    parser.add_argument("--describer", action="append", default=[], metavar="NAME")
    given = parser.parse_args()
    describers = named([*DEFAULT_WEIGHTS, *(given.describer or DESCRIBERS)])
    rng = np.random.default_rng(0)
    print("\n".join(["# What each describer adds to the default mixture", "", *made("mixture.py")]), flush=True)
    with tempfile.TemporaryDirectory() as place:
        cache, folder = Path(place) / "cache", Path(place) / "copies"
        for name in (name for name in given.classes or CLASSES if name != NONE):
            of_classes = evaluate_folder(given.data / name, describers, cache, Options(), rng, methods=mixtures)
            print(section(f"Classes of {name}", of_classes, ("p@1", "map@r")), flush=True)
        copies = [name for name in given.copies or COPIES if name != NONE]
        if copies:
            together(given.data, folder, copies)
            found = evaluate_copies(
                folder, describers, cache, Options(), rng, originals=given.originals, methods=mixtures
            )
            print(section(f"Edited copies of {', '.join(copies)}", found, ("p@1", "micro-ap", "recall@p99")))


if __name__ == "__main__":
    main()
