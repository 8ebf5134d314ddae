"""How several ranked lists become one: each fuser on classes and on edited copies, by the channels of a default search.

    python benchmarks/fusers.py ../shared/data [--classes SET]... [--copies SET]... [--every 3] > fusers.md

Each list holds all pictures, as a channel that counts in the default mixture ranks them. `none` leaves
a task out. Milliseconds are CPU of fusing alone, a question; ranking the lists and describing are not in them.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluate.method import Method
from lookalike.evaluate.ruler import Evaluation, evaluate_copies, evaluate_folder, named
from lookalike.index.similarity import similarity
from lookalike.protocols import Describer, Fuser
from lookalike.search.ingest.options import Options
from lookalike.search.ranking.channels import DEFAULT_WEIGHTS, Channel, mixed
from lookalike.search.ranking.fuse import FUSERS
from lookalike.types import Hits, Vectors
from results import made

CLASSES = ("grocery/test", "caltech101")
COPIES = ("grocery",)
NONE = "none"
WAYS = ("weighted", "rrf", "rrf:constant=10")


@dataclass(frozen=True)
class Fused(Method):
    """The channels of a method, put together by a fuser in place of the mean of their scores."""

    fuser: Fuser
    spent: list[float] = field(default_factory=list, compare=False)
    """Seconds of CPU of each question."""

    def scores(self, queries: Mapping[str, Vectors], base: Mapping[str, Vectors]) -> NDArray[np.float32]:
        own = {
            channel.name: channel.alike(similarity(channel.describer.space, queries[channel.name], base[channel.name]))
            for channel in self.channels
        }
        weights = {channel.name: channel.weight for channel in self.channels}
        first = next(iter(own.values()))
        told, ids = np.empty_like(first), np.arange(first.shape[1])
        for at in range(len(first)):
            lists = {name: Hits.ranked(ids, scores[at]) for name, scores in own.items()}
            started = time.process_time()
            found = self.fuser.fuse(lists, weights, len(ids))
            self.spent.append(time.process_time() - started)
            told[at, found.ids] = found.scores
        return told


def methods(describers: Sequence[Describer]) -> list[Method]:
    """The network alone, and the channels of the default mixture by each fuser."""
    channels = mixed([Channel(each, DEFAULT_WEIGHTS[each.name]) for each in describers])
    alone = [Method(f"{each.name} alone", (each,)) for each in channels if each.name == "convnet"]
    return [*alone, *(Fused(words, tuple(channels), FUSERS.spelled(words)) for words in WAYS)]


def section(title: str, found: Evaluation | None, made_of: Sequence[Method], measures: Sequence[str]) -> str:
    """Markdown of one task."""
    assert found is not None
    task, spent = found.task, {each.name: each.spent for each in made_of if isinstance(each, Fused)}
    lines = [f"## {title}", "", f"{len(task.queries)} questions to {len(task.base)} pictures.", ""]
    lines += [
        "| way | " + " | ".join(measures) + " | ms a question | p behind best |",
        "|---" * (len(measures) + 3) + "|",
    ]
    for row in found.rows:
        figures = [row.metrics[name] for name in measures]
        cells = [f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]" for one in figures]
        ms = f"{1000 * np.median(spent[row.method]):.2f}" if row.method in spent else ""
        behind = "" if row.behind is None else f"{row.behind:.3f}"
        lines.append("| " + " | ".join([row.method, *cells, ms, behind]) + " |")
    return "\n".join([*lines, ""])


def some_classes(folder: Path, place: Path, every: int) -> Path:
    """Each `every`th class of a set of one folder a class; the set itself where that is 1."""
    classes = sorted(each for each in folder.iterdir() if each.is_dir())
    if every == 1 or len(classes) < 10 * every:
        return folder
    for each in classes[::every]:
        shutil.copytree(each, place / each.name)
    return place


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--classes", action="append", metavar="SET")
    parser.add_argument("--copies", action="append", metavar="SET")
    parser.add_argument("--originals", type=int, default=60)
    parser.add_argument("--every", type=int, default=3, help="of sets of 30 classes and more only each Nth class")
    given = parser.parse_args()
    describers, options, rng = named(list(DEFAULT_WEIGHTS)), Options(1), np.random.default_rng(0)
    made_of: list[Method] = []

    def kept(ready: Sequence[Describer]) -> list[Method]:
        made_of[:] = methods(ready)
        return made_of

    print("\n".join(["# Fusers", "", *made("fusers.py")]), flush=True)
    with tempfile.TemporaryDirectory() as place:
        cache = Path(place) / "cache"
        for name in (name for name in given.classes or CLASSES if name != NONE):
            folder = some_classes(given.data / name, Path(place) / "some" / name, given.every)
            found = evaluate_folder(folder, describers, cache, options, rng, methods=kept)
            print(section(f"Classes of {name}", found, made_of, ("p@1", "map@r")), flush=True)
        for name in (name for name in given.copies or COPIES if name != NONE):
            found = evaluate_copies(
                given.data / name, describers, cache, options, rng, originals=given.originals, methods=kept
            )
            print(section(f"Edited copies of {name}", found, made_of, ("p@1", "micro-ap")), flush=True)


if __name__ == "__main__":
    main()
