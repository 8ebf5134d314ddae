"""How near the default network comes to what one core of this machine can do.

    python benchmarks/convnet.py [--rounds N] > convnet.json

Work is counted in multiplications with addition (MACs) of the convolutions and of the last, fully connected layer:
outputs x kernel area x channels in / groups; activations, sums and pooling count for nothing. The peak is that of
numpy's float32 product of two square matrices, side^3 MACs, on one thread of the same process. Each round times every
kind of work in turn; the share is the median over rounds of the ratio within a round.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ONE_THREAD = {name: "1" for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")}
CHOSEN_BY_HAND = "OPENBLAS_CORETYPE"
"""Would make numpy slower than this machine is, hence the share larger than it is."""
MATRIX = 1536
SIDE = 224
BATCHES = (1, 8, 16)
REPEATS = 16
"""Pictures of one timing."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rounds", type=int, default=11)
    arguments.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if not options.here:  # libraries read these as they are loaded
        environment = {name: value for name, value in os.environ.items() if name != CHOSEN_BY_HAND} | ONE_THREAD
        command = [sys.executable, __file__, "--here", "--rounds", str(options.rounds)]
        sys.exit(subprocess.run(command, env=environment, check=False).returncode)
    json.dump(measured(options.rounds), sys.stdout, indent=1)
    print()


def measured(rounds: int) -> dict[str, object]:
    import numpy as np

    from lookalike.models.onnx_session import efficientnet_lite0_session

    rng = np.random.default_rng(0)
    pixels = rng.integers(256, size=(REPEATS, SIDE, SIDE, 3), dtype=np.uint8)
    left, right = (rng.random((MATRIX, MATRIX), dtype=np.float32) for _ in range(2))
    session = efficientnet_lite0_session(1)

    def described(batch: int) -> None:
        for at in range(0, REPEATS, batch):
            session.run(["pooled", "logits"], {"pixels": pixels[at : at + batch]})

    works: dict[str, Callable[[], object]] = {"sgemm": lambda: left @ right}
    works |= {f"batch {batch}": (lambda batch=batch: described(batch)) for batch in BATCHES}
    for work in works.values():
        work()
    turns = [{name: seconds(work) for name, work in works.items()} for _ in range(rounds)]
    macs = network_macs() * REPEATS
    batches = [f"batch {batch}" for batch in BATCHES]
    shares = {name: [macs / turn[name] / (MATRIX**3 / turn["sgemm"]) for turn in turns] for name in batches}
    return {
        "schema": "lookalike/bench-convnet/1",
        "machine": {"cpus": os.cpu_count(), "processor": processor(), "python": platform.python_version()},
        "rounds": rounds,
        "network_mmacs": round(network_macs() / 1e6, 1),
        "sgemm_gflops": round(2 * MATRIX**3 / min(turn["sgemm"] for turn in turns) / 1e9, 1),
        "ms_an_image": {name: round(min(turn[name] for turn in turns) / REPEATS * 1e3, 2) for name in batches},
        "share_of_sgemm": {name: round(float(np.median(shares[name])), 3) for name in batches},
        "share_of_sgemm_quartiles": {
            name: [round(float(value), 3) for value in np.quantile(shares[name], (0.25, 0.75))] for name in batches
        },
    }


def network_macs() -> int:
    """Of one picture of SIDE x SIDE, layer by layer, from the graph that is run."""
    import onnx

    from lookalike.models.cache import path_of
    from lookalike.models.checkpoint import read_checkpoint
    from lookalike.models.efficientnet_lite import efficientnet_lite0

    graph = onnx.load_from_string(efficientnet_lite0(read_checkpoint(path_of("efficientnet-lite0")))).graph
    weights = {constant.name: tuple(constant.dims) for constant in graph.initializer}
    sides = {"pixels": SIDE}
    total = 0
    for node in graph.node:
        side = sides.get(node.input[0], 1)
        if node.op_type == "Conv":
            attributes = {each.name: each for each in node.attribute}
            side = -(-side // attributes["strides"].ints[0])
            outputs, inputs_a_group, *kernel = weights[node.input[1]]
            total += side * side * outputs * inputs_a_group * kernel[0] * kernel[1]
        elif node.op_type == "Gemm":
            outputs, inputs = weights[node.input[1]]
            total += outputs * inputs
        sides[node.output[0]] = side
    return total


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def processor() -> str:
    """The model where the system tells it."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.is_file() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    main()
