"""What indexing a folder of very many pictures takes; without a folder, a second run over 100,000 unchanged files.

python benchmarks/scale.py [FOLDER --library DIR [options of `lookalike index`]]    JSON out
python benchmarks/scale.py FOLDER --library DIR --as-if 100000    fills DIR, which has pictures, up to so many

CPU by stages and by process (main, workers, the builder of indexes), memory of each at every twentieth of the pictures,
and bytes by table and file. A library that is there grows; MiB of workers are those of the largest.

With --as-if, no picture is made: rows are added that vary as those of the library do, and a file of a byte for each
below FOLDER. A vector is a real one, moved by half of the difference of two others; of a hash 6 % of the bits are
flipped; local features are those of 8 pictures, a part of each, every one moved like a vector.
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
from collections.abc import Callable, Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import numpy as np

import lookalike
from ann import MOVED, moved
from lookalike.describe import DESCRIBERS
from lookalike.facts import Facts
from lookalike.location import Location
from lookalike.protocols import Store
from lookalike.registry import configuration
from lookalike.search.components import DEFAULT_DESCRIBERS
from lookalike.search.ingest.scan import stamp_of
from lookalike.store import open_store
from lookalike.store.sqlite import SQLiteStore
from lookalike.types import Content, Ids, Keypoints, LocalFeatures

AS_IF = 2000
"""Contents that are added at once, each of the rows of as many."""
PARTS = 8
"""Pictures whose features one gets that is not there."""


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


def grow(place: Path, folder: Path, count: int) -> None:
    """Adds contents as if they had been described, until there are `count`."""
    chance = np.random.default_rng(0)
    with closing(open_store(Location.of(place), write=True)) as store, store.writing():
        real, there = store.vector_ids(store.spaces()[0]), store.count()
        for start in range(there, count, AS_IF):
            files = [
                folder / f"{number // 1000:03}" / f"{number}.jpg" for number in range(start, min(start + AS_IF, count))
            ]
            files[0].parent.mkdir(parents=True, exist_ok=True)
            files[-1].parent.mkdir(parents=True, exist_ok=True)
            for file in files:
                file.write_bytes(b"x")
            add(store, files, np.sort(chance.choice(real, min(AS_IF, len(real)), replace=False)), chance)


def add(store: Store, files: list[Path], real: Ids, chance: np.random.Generator) -> None:
    """Contents of these files, their rows made of those of the contents `real`."""
    contents = [Content(sha256(bytes(file)).hexdigest(), 1, (400, 300), "jpeg") for file in files]
    with store.transaction():
        ids = store.put_contents(contents)
        store.facts.put({content.sha256: (Facts(), None) for content in contents})
        rows = zip(files, contents, strict=True)
        store.put_records([(str(file), stamp_of(file.stat()), content.sha256) for file, content in rows])
        for space in (*store.spaces(), *store.spaces("planes")):
            held = np.concatenate([vectors for _, vectors in store.vectors(space, real)])
            planes = space.metric == "correlation"
            store.put(
                space,
                ids,
                held[chance.integers(0, len(held), len(ids))] if planes else moved(space, held, len(ids), chance),
            )
        for space in store.spaces("local"):
            sets = [features for _, features in store.local(space, real)]
            store.put_local(space, {id: mixed(sets, chance) for id in ids.tolist()})


def mixed(sets: Sequence[LocalFeatures], chance: np.random.Generator) -> LocalFeatures:
    """Features of a picture that is not there: a part of each of some that are."""
    chosen = [sets[at] for at in chance.integers(0, len(sets), PARTS).tolist()]
    parts = [np.flatnonzero(np.arange(len(each)) % PARTS == at) for at, each in enumerate(chosen)]
    rows = np.concatenate([each.descriptors[part] for each, part in zip(chosen, parts, strict=True)])
    others = [
        np.concatenate([each.descriptors for each in chosen])[chance.integers(0, sum(map(len, chosen)), len(rows))]
        for _ in range(2)
    ]
    rows = np.maximum(rows + MOVED * (others[0] - others[1]), 0)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    xy, scores, scale, angle = (
        np.concatenate([getattr(each.keypoints, name)[part] for each, part in zip(chosen, parts, strict=True)])
        for name in ("xy", "scores", "scale", "angle")
    )
    best = np.argsort(-scores, kind="stable")
    within = np.minimum(xy[best], np.array(chosen[0].keypoints.size, np.float32) - 1)
    return LocalFeatures(
        Keypoints(within, scores[best], chosen[0].keypoints.size, scale[best], angle[best]), rows[best]
    )


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
    parser.add_argument("--as-if", type=int, help="fill the library up to so many contents")
    given, arguments = parser.parse_known_args()
    if (given.folder is None) != (given.library is None):
        parser.error("give FOLDER and --library DIR, or neither")
    if given.as_if:
        grow(given.library, given.folder, given.as_if)
        return
    if given.folder is not None:
        print(json.dumps(indexed(given.folder, given.library, arguments), indent=2))
        return
    with tempfile.TemporaryDirectory() as name:
        print(json.dumps({"second_run": second_run(Path(name))}, indent=2))


if __name__ == "__main__":
    main()
