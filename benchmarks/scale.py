"""What indexing a folder of very many pictures takes; without a folder, a second run over 100,000 unchanged files.

python benchmarks/scale.py [FOLDER --library DIR [options of `lookalike index`]]    JSON out

CPU by stages and by process (main, workers, the builder of indexes), memory of each at every twentieth of the pictures,
and bytes by table and file. A library that is there grows; MiB of workers are those of the largest.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

import lookalike
from lookalike.describe import DESCRIBERS
from lookalike.registry import configuration
from lookalike.search.components import DEFAULT_DESCRIBERS
from lookalike.search.ingest.scan import stamp_of
from lookalike.store.sqlite import SQLiteStore
from lookalike.types import Content


def processes_of(main: int) -> dict[int, str]:
    """The process itself, the one that builds indexes, and workers, by their number."""
    found = {main: "main"}
    threads = Path(f"/proc/{main}/task").iterdir()
    for child in (int(child) for thread in threads for child in (thread / "children").read_text().split()):
        builds = b"index_process" in Path(f"/proc/{child}/cmdline").read_bytes()
        found[child] = "builder" if builds else "workers"
    return found


def mib_and_cpu(process: int) -> tuple[float, float]:
    """Resident MiB, and CPU seconds until now."""
    resident = int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    times = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return resident / 2**20, sum(map(int, times)) / os.sysconf("SC_CLK_TCK")


class Watched:
    """What is seen of a run of `index`, second by second, and told at each twentieth of its pictures."""

    def __init__(self, process: int) -> None:
        self.process = process
        self.started = time.perf_counter()
        self.cpu: dict[tuple[str, int], float] = {}
        self.mib: dict[str, float] = {}
        self.peak: dict[str, float] = {}
        self.course: list[dict[str, float]] = []

    def look(self) -> None:
        """Notes memory and CPU of its processes; a worker's is that of the largest."""
        try:
            self.mib = {}
            for each, role in processes_of(self.process).items():
                mib, cpu = mib_and_cpu(each)
                self.mib[role] = max(self.mib.get(role, 0), mib)
                self.peak[role] = max(self.peak.get(role, 0), mib)
                self.cpu[role, each] = cpu
        except OSError:  # one has just ended
            pass

    def cpu_of(self, role: str) -> float:
        """Seconds of all that have this part."""
        return round(sum(cpu for (its, _), cpu in self.cpu.items() if its == role), 1)

    def told(self, said: dict[str, int]) -> None:
        """A line of --jsonl."""
        done, total = said.get("committed", 0), said.get("total", 0)
        if done and done >= total * len(self.course) / 20:
            row = {"pictures": done, "s": round(time.perf_counter() - self.started)}
            row |= {f"{role}_mib": round(mib) for role, mib in self.mib.items()}
            self.course.append(row | {"cpu_ms_a_picture": round(1000 * sum(self.cpu.values()) / done, 1)})
            print(json.dumps(self.course[-1]), file=sys.stderr, flush=True)


def indexed(folder: Path, place: Path, arguments: list[str]) -> dict[str, object]:
    """What a run of `lookalike index FOLDER` takes: by stages, in CPU, and memory of each process over time."""
    command = [sys.executable, "-m", "lookalike", "--library", str(place), "index", "--jsonl", str(folder), *arguments]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert running.stdout is not None
    watched = Watched(running.pid)
    over = threading.Event()

    def watch() -> None:
        while not over.wait(1):
            watched.look()

    watching = threading.Thread(target=watch)
    watching.start()
    stages: dict[str, float] = {}
    last: dict[str, object] = {}
    for line in running.stdout:
        last = json.loads(line)
        if "total" in last:
            watched.told(last)  # type: ignore[arg-type]
            stages["indexes" if "indexes" in last else "pictures"] = round(time.perf_counter() - watched.started, 1)
    over.set()
    watching.join()
    _, _, used = os.wait4(running.pid, 0)
    return {
        "report": last,
        "stages_end_after_s": stages,
        "cpu_s": {role: watched.cpu_of(role) for role in ("main", "workers", "builder")},
        "cpu_s_in_all": round(used.ru_utime + used.ru_stime, 1),
        "peak_mib": {role: round(mib) for role, mib in watched.peak.items()},
        "course": watched.course,
        "bytes_by_part": bytes_by_part(place),
    }


def bytes_by_part(place: Path) -> dict[str, int]:
    """Of the tables of a library's database, their indexes included, and of its index files; the largest first."""
    parts: Counter[str] = Counter()
    for file in place.rglob("*"):
        if file.name == "library.sqlite":
            with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
                names = dict(database.execute("SELECT 'vectors_' || number, holds || ' of ' || name FROM spaces"))
                for table, size in database.execute("SELECT name, SUM(pgsize) FROM dbstat GROUP BY name"):
                    parts[names.get(table, table)] += size
        elif file.is_file():
            parts[str(file.relative_to(place))] += file.stat().st_size
    return dict(parts.most_common(12))


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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="pictures, those of tiles.py for example")
    parser.add_argument("--library", type=Path, help="where FOLDER is indexed into, and stays")
    given, arguments = parser.parse_known_args()
    if (given.folder is None) != (given.library is None):
        parser.error("give FOLDER and --library DIR, or neither")
    if given.folder is not None:
        print(json.dumps(indexed(given.folder, given.library, arguments), indent=2))
        return
    with tempfile.TemporaryDirectory() as name:
        print(json.dumps({"second_run": second_run(Path(name))}, indent=2))


if __name__ == "__main__":
    main()
