"""What describing costs, ours and the peers', each in its own way of opening files: time with decoding, and memory.

    python benchmarks/peer_cost.py ../shared/data docs/results    two minutes

One thread; the median of 100 photos of caltech101; the most memory of a process that does only this.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from lookalike.evaluate.ruler import named
from lookalike.pixels.decode import decode
from lookalike.pixels.limits import Limits
from peer_describers import PEERS, Peer, plain_histogram, plain_pixels
from photographs import files_in
from results import made

FILES = 100


def own_way(name: str, file: Path) -> None:
    """Decodes and describes as a user of that package would."""
    if name.startswith("imagehash"):
        with Image.open(file) as image:
            Peer(name).row(np.asarray(image.convert("RGB")))
    elif name in PEERS:
        read: Any = cv2.imread(str(file))
        pixels = read[:, :, ::-1]
        {"pixels": plain_pixels, "hsv": plain_histogram}.get(name, Peer(name).row)(np.ascontiguousarray(pixels))
    else:
        (describer,) = named([name])
        describer.describe([decode(file.read_bytes(), min_side=describer.min_side, limits=Limits()).picture])


def cost(name: str, files: list[Path]) -> tuple[float, float]:
    """Milliseconds a picture, and the most MiB that a process which does nothing else holds."""
    command = [sys.executable, __file__, "--alone", name, *map(str, files)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    milliseconds, mib = map(float, ran.stdout.split())
    return milliseconds, mib


def alone(name: str, files: list[str]) -> None:
    """Prints both, of this process."""
    cv2.setNumThreads(1)
    taken = []
    for file in [files[0], *files]:
        started = time.perf_counter()
        own_way(name, Path(file))
        taken.append(1000 * (time.perf_counter() - started))
    # Not getrusage: that is inherited from the process which started this one.
    status = Path("/proc/self/status").read_text()
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    print(np.median(taken[1:]), peak / 1024)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    files = files_in(given.data / "caltech101")[::28][:FILES]
    names = [*(describer.name for describer in named(())), *PEERS]
    lines = ["# What describing costs", "", *made("peer_cost.py")]
    lines += [
        f"Decoding included, each in its own way of opening files, one thread: the median of {len(files)} photos of",
        "some 300 px, and the most memory of a process that does only this.",
        "",
        "| method | ms/image | MiB |",
        "|---|---|---|",
    ]
    for name in names:
        milliseconds, mib = cost(name, files)
        lines.append(f"| {name} | {milliseconds:.2f} | {mib:.0f} |")
        print(lines[-1], flush=True)
    (given.out / "peer_cost.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--alone"]:
        alone(sys.argv[2], sys.argv[3:])
    else:
        main()
