"""Which share of the machine's own peak in matrix products the default network reaches on one thread.

    python benchmarks/convnet.py [--rounds N] > convnet.json

The peak is that of a float32 matrix product by numpy on one thread, timed in turn with the network in one process.
Multiply-adds are counted from the convolutions (and the classifier) of the graph that is run.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from machine import machine

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
SLOWING = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
"""Settings of the environment that may choose kernels for another machine."""
CHILD = "LOOKALIKE_BENCH_CHILD"
SIDE = 224
ORDER = 1536
"""Of the square matrices."""
BATCHES = (1, 8)
PICTURES = 8
"""In a turn, whatever the batch."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rounds", type=int, default=15)
    options = arguments.parse_args()
    if CHILD not in os.environ:
        sys.exit(subprocess.run([sys.executable, *sys.argv], env=environment(), check=False).returncode)
    json.dump(document(options.rounds), sys.stdout, indent=1)
    print()


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in SLOWING}
    return kept | ONE_THREAD | {CHILD: "1"}


def document(rounds: int) -> dict[str, object]:
    start_up = starting()
    import numpy as np

    from lookalike.models.onnx_session import efficientnet_lite_session

    session = efficientnet_lite_session(1)
    rng = np.random.default_rng(0)
    pixels = rng.integers(256, size=(PICTURES, SIDE, SIDE, 3), dtype=np.uint8)
    left, right = rng.random((2, ORDER, ORDER), dtype=np.float32)
    out = np.empty((ORDER, ORDER), np.float32)

    def network(batch: int) -> Callable[[], object]:
        return lambda: [
            session.run(["pooled", "logits"], {"pixels": pixels[at : at + batch]}) for at in range(0, PICTURES, batch)
        ]

    works: dict[str, Callable[[], object]] = {"sgemm": lambda: np.matmul(left, right, out=out)}
    works |= {f"batch {batch}": network(batch) for batch in BATCHES}
    turns = [{name: seconds(work) for name, work in works.items()} for _ in range(rounds + 2)][2:]  # two to warm up
    counted = multiply_adds()
    return {
        "schema": "lookalike/bench-convnet/1",
        "machine": machine(),
        "side": SIDE,
        "multiply_adds_millions": round(counted / 1e6, 1),
        "sgemm_gflops": round(2 * ORDER**3 / min(turn["sgemm"] for turn in turns) / 1e9, 1),
        "batches": [reached(batch, counted, turns) for batch in BATCHES],
        "start_up_seconds": start_up,
    }


def reached(batch: int, counted: int, turns: Sequence[Mapping[str, float]]) -> dict[str, object]:
    """The share by the best turn of each; the median over the turns says how steady that is."""
    network = [turn[f"batch {batch}"] / (counted * PICTURES) for turn in turns]  # seconds a multiply-add
    sgemm = [turn["sgemm"] / ORDER**3 for turn in turns]
    return {
        "batch": batch,
        "ms_per_image": round(1000 * min(network) * counted, 2),
        "share_of_sgemm_peak": round(min(sgemm) / min(network), 3),
        "median_share": round(statistics.median(s / n for s, n in zip(sgemm, network, strict=True)), 3),
    }


def starting() -> dict[str, float]:
    """Seconds of what a process does once, in its order."""
    taken: dict[str, float] = {}

    def timed(name: str, work: Callable[[], object]) -> object:
        start = time.perf_counter()
        result = work()
        taken[name] = round(time.perf_counter() - start, 3)
        return result

    timed("import", importing)
    from lookalike.models.cache import path_of
    from lookalike.models.checkpoint import read_checkpoint
    from lookalike.models.efficientnet_lite import efficientnet_lite
    from lookalike.models.onnx_session import runtime

    path = timed("check", lambda: path_of("efficientnet-lite0"))
    assert isinstance(path, Path)
    tensors = timed("read", lambda: read_checkpoint(path))
    model = timed("write", lambda: efficientnet_lite(tensors))  # type: ignore[arg-type]
    onnxruntime = runtime()
    timed("session", lambda: onnxruntime.InferenceSession(model, one_thread(), providers=["CPUExecutionProvider"]))
    return taken | {"all": round(sum(taken.values()), 3)}


def importing() -> None:
    from lookalike.models.onnx_session import runtime

    runtime()


def one_thread() -> object:
    from lookalike.models.onnx_session import runtime

    onnxruntime = runtime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return options


def multiply_adds() -> int:
    """Of one picture; needs the package `onnx`, which is of the development extra."""
    import onnx

    from lookalike.models.cache import path_of
    from lookalike.models.checkpoint import read_checkpoint
    from lookalike.models.efficientnet_lite import efficientnet_lite

    graph = onnx.load_from_string(efficientnet_lite(read_checkpoint(path_of("efficientnet-lite0")))).graph
    weights = {tensor.name: tensor.dims for tensor in graph.initializer}
    rows, count = {"pixels": SIDE}, 0
    for node in graph.node:
        rows[node.output[0]] = rows.get(node.input[0], 1)
        if node.op_type == "Conv":
            stride = next(part.ints[0] for part in node.attribute if part.name == "strides")
            rows[node.output[0]] = -(-rows[node.input[0]] // stride)
            count += math.prod(weights[node.input[1]]) * rows[node.output[0]] ** 2
        elif node.op_type == "Gemm":
            count += math.prod(weights[node.input[1]])
    return count


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    main()
