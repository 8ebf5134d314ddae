"""Memory of indexing 5,000 and 20,000 pictures, and the cost of a second run over 100,000 unchanged files.

python benchmarks/scale.py    JSON out; takes some minutes and 2 GB of disk
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import lookalike
from indexing import make
from lookalike.describe import DESCRIBERS
from lookalike.registry import configuration
from lookalike.search.components import DEFAULT_DESCRIBERS
from lookalike.search.ingest.scan import stamp_of
from lookalike.store.sqlite import SQLiteStore
from lookalike.types import Content


def multiply(sources: list[Path], folder: Path, count: int) -> None:
    """`count` files of different bytes: a JPEG may be followed by anything."""
    folder.mkdir()
    data = [file.read_bytes() for file in sources]
    for number in range(count):
        (folder / f"{number}.jpg").write_bytes(data[number % len(data)] + b"%d" % number)


def peak_of_children(process: int, seen: dict[int, int]) -> None:
    """Notes the peak resident size, in kB, of a process and its children, as long as it lives."""
    while Path(f"/proc/{process}").exists():
        try:
            threads = Path(f"/proc/{process}/task").iterdir()
            children = [child for thread in threads for child in (thread / "children").read_text().split()]
            for each in (process, *map(int, children)):
                status = Path(f"/proc/{each}/status").read_text()
                peak = next((line for line in status.splitlines() if line.startswith("VmHWM")), "0 0")
                seen[each] = max(seen.get(each, 0), int(peak.split()[1]))
        except OSError:
            pass
        time.sleep(0.05)


def memory(folder: Path) -> dict[str, float]:
    """MiB of the main process and of its largest child while `folder` is indexed into a new library."""
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, "-m", "lookalike", "--library", place, "index", str(folder)]
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        seen: dict[int, int] = {}
        watch = threading.Thread(target=peak_of_children, args=(running.pid, seen))
        watch.start()
        running.wait()
        watch.join()
    main = seen.pop(running.pid)
    return {"main_mib": round(main / 1024), "largest_child_mib": round(max(seen.values()) / 1024)}


def second_run(root: Path, count: int = 100_000) -> dict[str, float]:
    """Seconds of a run over files that the store knows, beside a bare walk of them, in turn."""
    for number in range(count):
        file = root / str(number // 1000) / f"{number}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")
    with tempfile.TemporaryDirectory() as place:
        fill(Path(place), [Path(at, name) for at, _, names in os.walk(root) for name in names])
        with lookalike.open(place) as library:
            library.index(root)  # its indexes are built by this one
            rounds = [(timed(lambda: walk(root)), timed(lambda: library.index(root))) for _ in range(3)]
            assert library.index(root).unchanged == count
    bare, ours = (round(min(times), 2) for times in zip(*rounds, strict=True))
    return {"files": count, "bare_walk_s": bare, "second_run_s": ours, "allowed_s": round(1.5 * bare + 2, 2)}


def fill(place: Path, files: list[Path]) -> None:
    """As if each file had been described."""
    chance = np.random.default_rng(0)
    store = SQLiteStore.create(place)
    contents = [Content(f"{number:064x}", 1, (640, 480), "jpeg") for number in range(len(files))]
    with store.writing(), store.transaction():
        ids = store.put_contents(contents)
        rows = zip(files, contents, strict=True)
        store.put_records([(str(file), stamp_of(file.stat()), content.sha256) for file, content in rows])
        for name in DEFAULT_DESCRIBERS:
            describer = DESCRIBERS.make(name)
            space = describer.space
            store.add_space(space, configuration(describer))
            for start in range(0, len(ids), 10_000):
                part = ids[start : start + 10_000]
                if space.metric == "hamming":
                    store.put(space, part, chance.integers(0, 256, (len(part), space.columns), dtype=np.uint8))
                else:
                    rows_ = chance.normal(size=(len(part), space.dim)).astype(np.float32)
                    store.put(space, part, rows_ / np.linalg.norm(rows_, axis=1, keepdims=True))
    store.close()


def walk(root: Path) -> int:
    """`os.scandir` and `stat` of every file."""
    total = 0
    for entry in os.scandir(root):
        total += walk(Path(entry.path)) if entry.is_dir(follow_symlinks=False) else entry.stat().st_size
    return total


def timed(action: Callable[[], object]) -> float:
    """Seconds of one call."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        (work / "sources").mkdir()
        sources = make(work / "sources", 50)
        result: dict[str, object] = {"second_run": second_run(work / "unchanged")}
        print(json.dumps(result), file=sys.stderr)
        for count in (5_000, 20_000):
            multiply(sources, work / str(count), count)
            result[f"memory_of_{count}"] = memory(work / str(count))
            print(json.dumps(result), file=sys.stderr)
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
