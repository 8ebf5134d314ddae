"""Losses of metric learning beside one another, by the protocol of "A metric learning reality check" (ECCV 2020).

python benchmarks/reality.py LIBRARY RUNS.jsonl [--by label] [--losses arcface,triplet] [--budget 4] [--seeds 2]
python benchmarks/reality.py FOLDER RUNS.jsonl --pixels 28 [...]

LIBRARY holds photos with classes and `convnet` rows. The network is the same for all: a linear map of these rows to
`--dim` numbers, which begins as their principal components. With `--pixels` FOLDER has a folder for each class, and the
network is `small_convnet` on squares of so many px, trained as a whole; PCA and closed forms are of the pixels. Half of
the classes are for the test alone; the others make four folds, one left out in turn. For each loss as many settings are
drawn (rate and what the loss calls its own), tried on the four folds by MAP@R, and the best is trained anew with each
seed. Test figures are of the four networks one by one (separated) and of their rows side by side (concatenated), with
the middle 95 % of a bootstrap over classes; the gain over PCA is paired. Whitening and discriminants are solved in
closed form. Every run is a line of RUNS.jsonl, so that what was stopped goes on.
"""

from __future__ import annotations

import argparse
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--by", default="label")
    parser.add_argument("--losses", default="")
    parser.add_argument("--budget", type=int, default=4)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--iterations", type=int, default=200)
    parser.add_argument("--dim", type=int, default=64)
    parser.add_argument("--pixels", type=int, default=0)
    given = parser.parse_args()
    from reality_runs import compared  # it loads torch

    compared(given)


if __name__ == "__main__":
    main()
