"""What `lookalike adapt --self` gains on edited copies, by each map that could be learned, and costs on classes.

python benchmarks/adapt_self.py LIBRARY [--by folder] [--originals 400] [--seeds 2]    a table out

LIBRARY holds photos with `convnet` rows. Copies of `--originals` of them in all 19 edits are described once. Half of
photos and edits are learned from; a quarter judges, a third of it not there to be found, among all photos that were not
learned from. Figures are micro-AP and recall at 99 % precision of the best pair of each copy, by looks alone, with the
middle 95 % of the gain's bootstrap over originals. Principal components, from which all maps begin, are the control;
heads are learned by InfoNCE with entropy regularisation. Last comes what would be kept, and its gain of MAP@R by the
classes of the library, over classes.
"""

from __future__ import annotations

import argparse
import time
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adapt import mixed
from adapt import row as by_classes
from lookalike.learn.closed_form import PARTS, principal
from lookalike.learn.own_copies import CopyGain, Map, OwnCopies, Parts, closed_forms, compared, parts_of, tried
from lookalike.pixels.augment import EDITS
from lookalike.search.adapt import labelled_rows
from lookalike.search.adapt_self import describer_of, own_copies, pictures_of
from lookalike.search.described import evaluations_folder
from lookalike.search.ingest.options import Options
from lookalike.store import open_store

Rows = NDArray[np.float32]
ASKED = 1000
"""Photos that ask for their class, at most."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path)
    parser.add_argument("--by", default="folder")
    parser.add_argument("--originals", type=int, default=400)
    parser.add_argument("--seeds", type=int, default=2)
    given = parser.parse_args()
    with closing(open_store(given.library, write=False)) as store:
        records, rows = pictures_of(store, np.random.default_rng(0))
        labelled, labels = labelled_rows(store, given.by, None, np.random.default_rng(0))
    own = own_copies(records, rows, evaluations_folder(), Options(1), given.originals, 0)
    assert own is not None  # nobody asks to stop
    print(f"{len(rows)} photos, copies of {len(own.places)}")
    for seed in range(given.seeds):
        judged(own, labelled, labels, seed)


def judged(own: OwnCopies, rows: Rows, labels: NDArray[np.int64], seed: int) -> None:
    rng = np.random.default_rng(seed)
    parts = parts_of(len(own.places), own.copies.shape[1], rng)
    started = time.process_time()
    solved = closed_forms(own, parts.learn)
    seconds = time.process_time() - started
    edits = ", ".join(list(EDITS)[at] for at in parts.judge.edits)
    print(f"\nseed {seed}: judged by {edits}; solved in {seconds:.1f} s of CPU")
    print("| map | share | micro-AP | gain | recall@p99 | gain |\n|---|---|---|---|---|---|")
    control = {f"{PARTS} principal components": principal(own.rows)}
    maps: dict[str, Map] = {**control, **solved, **heads(own, parts, seed)}
    for name, mapped in maps.items():
        for share in (0.5, 1.0):
            gains = compared(own, parts, mapped, share, np.random.default_rng(0))
            print(row(f"{name} | {share:g}", *gains), flush=True)
    found = tried(own, parts, solved, rng)
    print(row(f"**chosen: {found.name}** | {found.share:g}", found.micro_ap, found.recall), f"kept: {found.kept}")
    describer = describer_of(own, found, rng)
    asked = np.isin(np.arange(len(rows)), rng.permutation(len(rows))[:ASKED])
    print(by_classes("MAP@R by classes", rows, mixed(rows, describer), labels, asked, np.ones(len(rows), bool), rng))


def heads(own: OwnCopies, parts: Parts, seed: int) -> dict[str, Map]:
    import torch  # heavy, and here alone

    from lookalike.learn.projection import mapped, projection

    torch.set_num_threads(1)
    kinds = {"linear head": False, "head with a hidden layer": True}
    return {
        name: partial(mapped, projection(own, parts.learn, hidden=hidden, seed=seed)) for name, hidden in kinds.items()
    }


def row(name: str, micro_ap: CopyGain, recall: CopyGain) -> str:
    cells = [
        cell
        for one in (micro_ap, recall)
        for cell in (f"{one.plain:.3f} -> {one.adapted:.3f}", f"{one.mean:+.3f} ({one.low:+.3f} to {one.high:+.3f})")
    ]
    return f"| {name} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
