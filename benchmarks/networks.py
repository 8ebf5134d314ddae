"""Which network, pooling and size of input find most, on every set of classes and on edited copies.

python benchmarks/networks.py DATA [--sets caltech101,faces] [--originals 100]    a table a set out

The weights of Lite1 and Lite2 must be here: `lookalike models get efficientnet-lite1 efficientnet-lite2`.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Final

import numpy as np

from lookalike.describe.convnet import ConvNet
from lookalike.evaluate.ruler import evaluate_copies, evaluate_folder
from lookalike.search.ingest.options import Options
from machine import machine
from results import SETS, line

NETWORKS: Final = (
    ConvNet(),
    ConvNet(pooling="gem"),
    ConvNet(network="lite1"),
    ConvNet(network="lite1", side=240),
    ConvNet(network="lite2"),
    ConvNet(network="lite2", side=260),
    ConvNet(network="lite2", side=260, pooling="gem"),
    ConvNet(side=260),
)
OF_CLASSES: Final = ("p@1", "map@r")
OF_COPIES: Final = ("p@1", "micro-ap")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--sets", default=",".join((*SETS, "coil20")))
    parser.add_argument("--originals", type=int, default=100)
    given = parser.parse_args()
    print(machine())
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as cache:
        for name in given.sets.split(","):
            found = evaluate_folder(given.data / name, NETWORKS, Path(cache), Options(), rng)
            assert found is not None
            print(f"\n{name}", *(line(row, OF_CLASSES) for row in found.rows), sep="\n", flush=True)
        copies = evaluate_copies(
            given.data / "caltech101", NETWORKS, Path(cache), Options(), rng, originals=given.originals
        )
        assert copies is not None
        print("\ncopies of caltech101", *(line(row, OF_COPIES) for row in copies.rows), sep="\n", flush=True)


if __name__ == "__main__":
    main()
