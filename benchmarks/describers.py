"""How many pictures a second one core describes, beside the nearest peer on the same pixels; decoding apart.

    python benchmarks/describers.py [FOLDER] [--rounds N] > describers.json

FOLDER holds photos (default: those inside scikit-image's package); each is brought to 500 x 375 px first.
Every round times ours and the peer in turn; the figure is the best round of each.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lookalike.describe import DESCRIBERS
from lookalike.protocols import Describer
from lookalike.types import Picture

SIZE = (500, 375)
PHOTOS = 32


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("folder", nargs="?", type=Path)
    arguments.add_argument("--rounds", type=int, default=7)
    options = arguments.parse_args()
    cv2.setNumThreads(1)
    photos = loaded(options.folder or packaged())
    files = encoded(photos)
    document = {
        "schema": "lookalike/bench-describers/1",
        "machine": {"cpus": os.cpu_count(), "processor": platform.machine(), "python": platform.python_version()},
        "photos": len(photos),
        "size": SIZE,
        "decode_images_per_second": round(len(files) / fastest(lambda: decode_all(files), options.rounds), 1),
        "describers": [row(DESCRIBERS.make(name), photos, options.rounds) for name in DESCRIBERS],
    }
    json.dump(document, sys.stdout, indent=1)
    print()


def row(describer: Describer, photos: Sequence[NDArray[np.uint8]], rounds: int) -> dict[str, object]:
    peers = PEERS.get(describer.name, {})
    works = {"ours": describing(describer, photos)} | {name: applying(peer, photos) for name, peer in peers.items()}
    warm = [Picture(photo, SIZE) for photo in photos]
    describer.describe(warm)  # what it loads, it loads now
    turns = [{name: seconds(work) for name, work in works.items()} for _ in range(rounds)]
    rates = {name: len(photos) / min(turn[name] for turn in turns) for name in works}
    return {
        "name": describer.name,
        "images_per_second": round(rates["ours"], 1),
        "images_per_second_when_reduced_already": round(
            len(photos) / fastest(lambda: [describer.describe([picture]) for picture in warm], rounds), 1
        ),
        "peers": {name: round(rates[name], 1) for name in peers},
        "ratio_to_peers": {name: round(rates["ours"] / rates[name], 2) for name in peers},
    }


def describing(describer: Describer, photos: Sequence[NDArray[np.uint8]]) -> Callable[[], object]:
    """One picture at a time, as an ingest does; no plane is remembered from another round."""
    return lambda: [describer.describe([Picture(photo, SIZE)]) for photo in photos]


def applying(peer: Callable[[NDArray[np.uint8]], object], photos: Sequence[NDArray[np.uint8]]) -> Callable[[], object]:
    return lambda: [peer(photo) for photo in photos]


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def fastest(work: Callable[[], object], rounds: int) -> float:
    return min(seconds(work) for _ in range(rounds))


def packaged() -> Path:
    import skimage

    return Path(skimage.__file__).parent / "data"


def loaded(folder: Path) -> list[NDArray[np.uint8]]:
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".jpg", ".png"))
    chosen = [files[i] for i in np.linspace(0, len(files) - 1, min(PHOTOS, len(files))).astype(int)]
    photos = []
    for file in chosen:
        with Image.open(file) as image:
            photos.append(np.array(image.convert("RGB").resize(SIZE)))
    return photos


def encoded(photos: Sequence[NDArray[np.uint8]]) -> list[bytes]:
    buffers = [io.BytesIO() for _ in photos]
    for photo, buffer in zip(photos, buffers, strict=True):
        Image.fromarray(photo).save(buffer, "JPEG", quality=90)
    return [buffer.getvalue() for buffer in buffers]


def decode_all(files: Sequence[bytes]) -> None:
    from lookalike.pixels.decode import Limits, decode

    for data in files:
        decode(data, min_side=224, limits=Limits())


def opencv_histogram(photo: NDArray[np.uint8]) -> object:
    return cv2.calcHist([photo], [0, 1, 2], None, [8, 8, 8], [0, 256] * 3)


def opencv_phash(photo: NDArray[np.uint8]) -> object:
    return cv2.img_hash.PHash.create().compute(photo)


def tiny(photo: NDArray[np.uint8]) -> object:
    return Image.fromarray(photo).resize((16, 16), Image.Resampling.BOX)


PEERS: dict[str, dict[str, Callable[[NDArray[np.uint8]], object]]] = {
    "histogram": {"cv2.calcHist": opencv_histogram},
    "phash": {
        "imagehash.phash": lambda photo: imagehash.phash(Image.fromarray(photo)),
        "cv2.img_hash.PHash": opencv_phash,
    },
    "dhash": {"imagehash.dhash": lambda photo: imagehash.dhash(Image.fromarray(photo))},
    "ahash": {
        "imagehash.average_hash": lambda photo: imagehash.average_hash(Image.fromarray(photo)),
        "cv2.img_hash.AverageHash": lambda photo: cv2.img_hash.AverageHash.create().compute(photo),
    },
    "whash": {"imagehash.whash": lambda photo: imagehash.whash(Image.fromarray(photo))},
    "thumbnail": {"Pillow resize BOX": tiny},
}

if __name__ == "__main__":
    main()
