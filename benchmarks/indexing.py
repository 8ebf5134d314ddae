"""How near indexing comes to bare loops on the same cores in the same run: decoding and the network, SIFT, and both.

python benchmarks/indexing.py [--files 1000] [--rounds 3] [--size 640x480]    JSON out

`together_over_bare` is the time of an `index` of all that a new library keeps, over that of a loop which decodes each
file once and runs the network and SIFT alone. A library keeps more than these two give: `together_over_bare_kept` is
over a loop that decodes once and has the library's own functions make every row that it keeps, in the size that it
keeps it, without workers, hashes, commits and indexes. The same two `by_cpu` are ratios of CPU seconds of all
processes, their start counted in ours alone: others on the machine disturb these less.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import skimage
from PIL import Image

import lookalike

BARE = """
import sys, time
import cv2, numpy, simplejpeg
from lookalike.models.onnx_session import efficientnet_lite_session
session = efficientnet_lite_session(1)
files = sys.stdin.read().split("\\n")
started, used = time.perf_counter(), time.process_time()
for file in files:
    pixels = simplejpeg.decode_jpeg(open(file, "rb").read(), "RGB", min_width=224, min_height=224)
    small = cv2.resize(pixels, (224, 224), interpolation=cv2.INTER_AREA)
    session.run(["pooled"], {"pixels": small[None]})
print(time.perf_counter() - started, time.process_time() - used)
"""
BARE_LOCAL = """
import sys, time
import cv2, simplejpeg
cv2.setNumThreads(1)
sift = cv2.SIFT.create(contrastThreshold=0.02, enable_precise_upscale=True)
files = sys.stdin.read().split("\\n")
started, used = time.perf_counter(), time.process_time()
for file in files:
    pixels = simplejpeg.decode_jpeg(open(file, "rb").read(), "RGB", min_width=320, min_height=320)
    small = cv2.resize(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), (320, 240), interpolation=cv2.INTER_AREA)
    sift.detectAndCompute(small, None)
print(time.perf_counter() - started, time.process_time() - used)
"""
BARE_TOGETHER = """
import sys, time
import cv2, simplejpeg
from lookalike.models.onnx_session import efficientnet_lite_session
cv2.setNumThreads(1)
session = efficientnet_lite_session(1)
sift = cv2.SIFT.create(contrastThreshold=0.02, enable_precise_upscale=True)
files = sys.stdin.read().split("\\n")
started, used = time.perf_counter(), time.process_time()
for file in files:
    pixels = simplejpeg.decode_jpeg(open(file, "rb").read(), "RGB", min_width=320, min_height=320)
    session.run(["pooled"], {"pixels": cv2.resize(pixels, (224, 224), interpolation=cv2.INTER_AREA)[None]})
    small = cv2.resize(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), (320, 240), interpolation=cv2.INTER_AREA)
    sift.detectAndCompute(small, None)
print(time.perf_counter() - started, time.process_time() - used)
"""
BARE_KEPT = """
import sys, time
import cv2, simplejpeg
from lookalike.describe import DESCRIBERS
from lookalike.search.components import DEFAULT_DESCRIBERS, DEFAULT_EXTRACTOR
from lookalike.search.ingest.grey_planes import PLANE
from lookalike.store.packing import packed, rows_kept
from lookalike.types import Picture
cv2.setNumThreads(1)
describers = [DESCRIBERS.make(name) for name in DEFAULT_DESCRIBERS]
for describer in describers:
    describer.describe([])
files = sys.stdin.read().split("\\n")
started, used = time.perf_counter(), time.process_time()
for file in files:
    pixels = simplejpeg.decode_jpeg(open(file, "rb").read(), "RGB", min_width=320, min_height=320)
    picture = Picture(pixels, pixels.shape[1::-1])
    for describer in describers:
        describer.describe([picture])
    PLANE.plane(picture)
    packed(DEFAULT_EXTRACTOR.extract(picture), rows_kept(DEFAULT_EXTRACTOR.space))
print(time.perf_counter() - started, time.process_time() - used)
"""
PHOTOS = ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg")
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "OPENCV_FOR_THREADS_NUM": "1"}


def make(folder: Path, count: int, size: tuple[int, int] = (640, 480)) -> list[Path]:
    """Different JPEGs: random parts of scikit-image's photos."""
    sources = [Image.open(Path(skimage.__file__).parent / "data" / name).convert("RGB") for name in PHOTOS]
    chance = np.random.default_rng(0)
    files = []
    for number in range(count):
        source = sources[number % len(sources)]
        left, top = (int(chance.integers(0, length // 3)) for length in source.size)
        width, height = (int(length * chance.uniform(0.5, 0.66)) for length in source.size)
        file = folder / f"{number}.jpg"
        source.resize(size, box=(left, top, left + width, top + height)).save(file, quality=90)
        files.append(file)
    return files


class Run(NamedTuple):
    """Images a second, and CPU seconds of all processes."""

    rate: float
    cpu: float


class Round(NamedTuple):
    """Each loop once, in turn."""

    bare: Run
    ours: dict[str, float]
    local: Run
    together: Run
    kept: Run
    whole: Run


def bare_rate(program: str, files: Sequence[Path], workers: int) -> Run:
    """Of `workers` processes side by side, their start not counted."""
    parts = [files[number::workers] for number in range(workers)]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | ONE_THREAD
        )
        for _ in parts
    ]
    for process, part in zip(running, parts, strict=True):
        assert process.stdin is not None
        process.stdin.write("\n".join(map(str, part)).encode())
        process.stdin.close()
    told = [process.stdout.read().split()[-2:] for process in running if process.stdout is not None]
    for process in running:
        process.wait()
    return Run(len(files) / max(float(wall) for wall, _ in told), sum(float(cpu) for _, cpu in told))


def our_rate(folder: Path, count: int, workers: int) -> dict[str, float]:
    """Images a second of `Library.index` into a new library, start and commits included; of a second run; of features.

    Vectors first, then local features by themselves, as a run without `--no-local` does them.
    """
    with tempfile.TemporaryDirectory() as place, lookalike.open(place) as library:
        library.workers = workers
        started = time.perf_counter()
        report = library.index(folder, local=False)
        first = time.perf_counter() - started
        assert report.added == count, report
        started = time.perf_counter()
        library.index(folder)
        second = time.perf_counter() - started
        report = library.index(folder, local=True)
        assert library.status().local[0].vectors == count
    return {"first": count / first, "unchanged": count / second, "local": count / report.seconds}


def whole_rate(folder: Path, count: int, workers: int) -> Run:
    """Of an `index` of all that a new library keeps, its indexes included."""
    used = cpu_seconds()
    with tempfile.TemporaryDirectory() as place, lookalike.open(place) as library:
        library.workers = workers
        started = time.perf_counter()
        report = library.index(folder)
        assert report.added == count, report
        seconds = time.perf_counter() - started
    return Run(count / seconds, cpu_seconds() - used)


def cpu_seconds() -> float:
    """Of this process and of its children that have ended."""
    uses = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(use.ru_utime + use.ru_stime for use in uses)


def peak_mib() -> float:
    """Of this process, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Rounds of both, in turn."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--size", default="640x480", help="WxH of the files, px")
    given = parser.parse_args()
    width, height = map(int, given.size.split("x"))
    workers = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as name:
        few, many = Path(name, "few"), Path(name, "many")
        few.mkdir()
        many.mkdir()
        make(few, given.files // 5, (width, height))
        files = make(many, given.files, (width, height))
        our_rate(few, given.files // 5, workers)
        memory_few = peak_mib()
        rounds = [
            Round(
                bare_rate(BARE, files, workers),
                our_rate(many, given.files, workers),
                bare_rate(BARE_LOCAL, files, workers),
                bare_rate(BARE_TOGETHER, files, workers),
                bare_rate(BARE_KEPT, files, workers),
                whole_rate(many, given.files, workers),
            )
            for _ in range(given.rounds)
        ]
        memory_many = peak_mib()
    print(
        json.dumps(
            {
                "files": given.files,
                "size": given.size,
                "workers": workers,
                "bare_images_per_second": [round(each.bare.rate, 1) for each in rounds],
                "images_per_second": [round(each.ours["first"], 1) for each in rounds],
                "share_of_bare": median(each.ours["first"] / each.bare.rate for each in rounds),
                "bare_local_features_per_second": [round(each.local.rate, 1) for each in rounds],
                "local_features_per_second": [round(each.ours["local"], 1) for each in rounds],
                "share_of_bare_local": median(each.ours["local"] / each.local.rate for each in rounds),
                "bare_together_per_second": [round(each.together.rate, 1) for each in rounds],
                "bare_kept_per_second": [round(each.kept.rate, 1) for each in rounds],
                "together_per_second": [round(each.whole.rate, 1) for each in rounds],
                "together_over_bare": median(each.together.rate / each.whole.rate for each in rounds),
                "together_over_bare_by_cpu": median(each.whole.cpu / each.together.cpu for each in rounds),
                "together_over_bare_kept": median(each.kept.rate / each.whole.rate for each in rounds),
                "together_over_bare_kept_by_cpu": median(each.whole.cpu / each.kept.cpu for each in rounds),
                "unchanged_files_per_second": round(statistics.median(each.ours["unchanged"] for each in rounds)),
                "peak_mib_of_the_main_process": {"a fifth of the files": memory_few, "all": memory_many},
            },
            indent=2,
        )
    )


def median(values: Iterable[float]) -> float:
    """To three places."""
    return round(statistics.median(values), 3)


if __name__ == "__main__":
    main()
