"""How many pictures a second one core describes, beside the nearest peer on the same pixels; decoding apart.

    python benchmarks/describers.py ../shared/data docs/results [--rounds N]    writes describers.md

The photos are of caltech101, each brought to 500 x 375 px first. Every round times ours and the peers in turn; the
figure is the best round of each. Ours describe one photo after the other, as an ingest does, and all photos in one
call once the planes are there that describers share. Peers are timed on the photo as it is, as their users would, and
"at the same work" on the plane that ours look at; then reducing is left out on both sides.
"""

from __future__ import annotations

import argparse
import io
import os
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

# A second thread of BLAS would wait at work, and count as time of this process.
os.environ |= {"OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

import cv2
import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from skimage import feature, filters

from lookalike.describe import DESCRIBERS
from lookalike.describe.hamming import SquareHash
from lookalike.describe.reduced import reduced, reduced_grey
from lookalike.pixels.decode import Limits, decode
from lookalike.protocols import Describer
from lookalike.search.ingest.fit_describers import must_learn
from lookalike.types import Picture
from photographs import evenly, files_in
from results import made as printed

SIZE = (500, 375)
PHOTOS = 32
TURN = 0.02
"""Seconds that a method runs for before it is the next one's turn; one run at least."""


@dataclass(frozen=True)
class Row:
    """Photos a second of one describer and its peers."""

    name: str
    photos: float
    planes: float
    """From planes that are there already."""
    peers: Mapping[str, float]
    at_same_work: Mapping[str, float]

    def lines(self) -> list[str]:
        """Markdown, a line for each peer."""
        ours = f"{self.name} | {self.photos:.0f} | {self.planes:.0f}"
        names = list(dict.fromkeys([*self.peers, *self.at_same_work])) or [""]
        return [f"| {ours if at == 0 else ' |  | '} | {self._beside(name)} |" for at, name in enumerate(names)]

    def _beside(self, name: str) -> str:
        cells = [name]
        for ours, theirs in ((self.photos, self.peers.get(name)), (self.planes, self.at_same_work.get(name))):
            cells += ["", ""] if theirs is None else [f"{theirs:.0f}", f"{ours / theirs:.2f}"]
        return " | ".join(cells)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("data", type=Path)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--rounds", type=int, default=7)
    options = arguments.parse_args()
    cv2.setNumThreads(1)
    photos = loaded(options.data / "caltech101")
    files = encoded(photos)
    rows = []
    for name in DESCRIBERS:
        rows.append(row(made(name, photos), photos, options.rounds))
        print(*rows[-1].lines(), sep="\n", flush=True)
    decoded = len(files) / fastest(lambda: decode_all(files), options.rounds)
    share = together(classical(photos), files, options.rounds)
    (options.out / "describers.md").write_text("\n".join(page(rows, decoded, share)) + "\n")


def page(rows: Sequence[Row], decoded: float, share: float) -> list[str]:
    """Of all describers: files decoded a second, and what all of them together take of what they take one by one."""
    return [
        "# How many pictures a second",
        "",
        *printed("describers.py"),
        f"{PHOTOS} photos of {SIZE[0]} x {SIZE[1]} px, one core, decoding apart ({decoded:.0f} files a second).",
        "*Photos*: from the decoded photo, one after the other, the planes that describers share included. *Planes*:",
        "all in one call, those planes there. A ratio above 1 means that ours is faster: on the photo, and at the same",
        "work, where the peer is given the plane that ours looks at.",
        "",
        "| describer | photos | planes | peer | on photos | ratio | same work | ratio |",
        "|---" * 8 + "|",
        *(line for one in rows for line in one.lines()),
        "",
        f"All but `convnet`, `bow`, `vlad` and `fisher` together take {share:.2f} of what they take one by one,",
        "decoding included.",
    ]


def row(describer: Describer, photos: Sequence[NDArray[np.uint8]], rounds: int) -> Row:
    peers, same = PEERS.get(describer.name, {}), SAME_WORK.get(describer.name, {})
    warm = [Picture(photo, SIZE) for photo in photos]
    describer.describe(warm)  # what it loads, it loads now
    small = list(describer.greys(warm)) if isinstance(describer, SquareHash) else [reduced_grey(one) for one in warm]
    for picture in warm:
        reduced(picture)
    works = {
        "ours": describing(describer, photos),
        **{name: applying(peer, photos) for name, peer in peers.items()},
        **{f"{name}, same work": applying(peer, small) for name, peer in same.items()},
    }
    turns = [
        {name: quickest(work) for name, work in works.items()}
        | {"reduced already": quickest(describer.describe, lambda: (forgetful(warm),))}
        for _ in range(rounds)
    ]
    rates = {name: len(photos) / min(turn[name] for turn in turns) for name in turns[0]}
    of_same = {name: rates[f"{name}, same work"] for name in same}
    return Row(describer.name, rates["ours"], rates["reduced already"], {name: rates[name] for name in peers}, of_same)


def forgetful(pictures: Sequence[Picture]) -> list[Picture]:
    """The same, remembering of what was derived from them the reduced pictures alone."""

    def is_reduction(name: Hashable) -> bool:
        return name == "reduced" or (isinstance(name, tuple) and name[0] in ("small", "small_grey"))

    return [
        replace(picture, _planes={k: v for k, v in picture._planes.items() if is_reduction(k)}) for picture in pictures
    ]


def together(describers: Sequence[Describer], files: Sequence[bytes], rounds: int) -> float:
    """What the whole set takes on each picture, of what each describer takes alone; every run decodes first."""
    shared = fastest(lambda: [decode_and_describe(data, describers) for data in files], rounds)

    def each_alone(describer: Describer) -> object:
        return [decode_and_describe(data, [describer]) for data in files]

    apart = [fastest(partial(each_alone, one), rounds) for one in describers]
    return shared / sum(apart)


def classical(photos: Sequence[NDArray[np.uint8]]) -> list[Describer]:
    """All but the network and what stands on local features: their time would hide that of the others."""
    return [made(name, photos) for name in DESCRIBERS if name not in ("convnet", "bow", "vlad", "fisher")]


def made(name: str, photos: Sequence[NDArray[np.uint8]]) -> Describer:
    """As it is without settings; what learns has learned as many components as so few photos allow."""
    describer = DESCRIBERS.make(name)
    if not must_learn(describer):
        return describer
    describer = DESCRIBERS.make(name, {"components": min(16, len(photos) - 1)})
    assert must_learn(describer)
    return describer.fit(describer.seen.describe([Picture(photo, SIZE) for photo in photos]))


def decode_and_describe(data: bytes, describers: Sequence[Describer]) -> object:
    picture = decode(data, min_side=224, limits=Limits()).picture
    return [describer.describe([picture]) for describer in describers]


def describing(describer: Describer, photos: Sequence[NDArray[np.uint8]]) -> Callable[[], object]:
    """One picture at a time, as an ingest does; no plane is remembered from another round."""
    return lambda: [describer.describe([Picture(photo, SIZE)]) for photo in photos]


def applying(peer: Callable[[NDArray[np.uint8]], object], photos: Sequence[NDArray[np.uint8]]) -> Callable[[], object]:
    return lambda: [peer(photo) for photo in photos]


def quickest(work: Callable[..., object], given: Callable[[], tuple[object, ...]] = tuple) -> float:
    """Seconds of the shortest of as many runs as fit into `TURN`; `given` makes anew what a run is called with."""
    runs: list[float] = []
    while sum(runs) < TURN:
        runs.append(seconds(partial(work, *given())))
    return min(runs)


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def fastest(work: Callable[[], object], rounds: int) -> float:
    return min(seconds(work) for _ in range(rounds))


def loaded(folder: Path) -> list[NDArray[np.uint8]]:
    photos = []
    for file in evenly(files_in(folder), PHOTOS):
        with Image.open(file) as image:
            photos.append(np.array(image.convert("RGB").resize(SIZE)))
    return photos


def encoded(photos: Sequence[NDArray[np.uint8]]) -> list[bytes]:
    buffers = [io.BytesIO() for _ in photos]
    for photo, buffer in zip(photos, buffers, strict=True):
        Image.fromarray(photo).save(buffer, "JPEG", quality=90)
    return [buffer.getvalue() for buffer in buffers]


def decode_all(files: Sequence[bytes]) -> None:
    for data in files:
        decode(data, min_side=224, limits=Limits())


def opencv_histogram(photo: NDArray[np.uint8]) -> object:
    return cv2.calcHist([photo], [0, 1, 2], None, [8, 8, 8], [0, 256] * 3)


def tiny(photo: NDArray[np.uint8]) -> object:
    return Image.fromarray(photo).resize((16, 16), Image.Resampling.BOX)


def grey_of(photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY))


def on_photo(peer: Callable[[NDArray[np.uint8]], object]) -> Callable[[NDArray[np.uint8]], object]:
    """What takes a grey picture, given a photo."""
    return lambda photo: peer(grey_of(photo))


def skimage_lbp(grey: NDArray[np.uint8]) -> object:
    return [feature.local_binary_pattern(grey, 8 * radius, radius, "uniform") for radius in (1, 2, 3)]


def skimage_glcm(grey: NDArray[np.uint8]) -> object:
    levels, angles = grey >> 4, np.arange(4) * np.pi / 4
    pairs = feature.graycomatrix(levels, (1, 2, 4), angles, 16, symmetric=True, normed=True)
    names = "contrast", "dissimilarity", "homogeneity", "energy", "entropy", "correlation"
    return [feature.graycoprops(pairs, name) for name in names]


def skimage_gabor(grey: NDArray[np.uint8]) -> object:
    """A quarter of the bank: two directions of the three shorter waves."""
    light = grey.astype(np.float32)
    return [filters.gabor(light, frequency, angle) for frequency in (0.4, 0.2, 0.1) for angle in (0, np.pi / 6)]


def skimage_hog(grey: NDArray[np.uint8]) -> object:
    return feature.hog(grey, 9, (16, 16), (2, 2))


def opencv_hog(grey: NDArray[np.uint8]) -> object:
    return cv2.HOGDescriptor((128, 128), (32, 32), (16, 16), (16, 16), 9).compute(grey)


PEERS: dict[str, dict[str, Callable[[NDArray[np.uint8]], object]]] = {
    "histogram": {"cv2.calcHist": opencv_histogram},
    "phash": {
        "imagehash.phash": lambda photo: imagehash.phash(Image.fromarray(photo)),
        "cv2.img_hash.PHash": cv2.img_hash.PHash.create().compute,
    },
    "pdq": {"imagehash.phash of 256 bits": lambda photo: imagehash.phash(Image.fromarray(photo), 16)},
    "dhash": {"imagehash.dhash": lambda photo: imagehash.dhash(Image.fromarray(photo))},
    "ahash": {
        "imagehash.average_hash": lambda photo: imagehash.average_hash(Image.fromarray(photo)),
        "cv2.img_hash.AverageHash": cv2.img_hash.AverageHash.create().compute,
        "cv2.img_hash.BlockMeanHash": cv2.img_hash.BlockMeanHash.create().compute,
    },
    "whash": {"imagehash.whash": lambda photo: imagehash.whash(Image.fromarray(photo))},
    "lbp": {"skimage local_binary_pattern": on_photo(skimage_lbp)},
    "glcm": {"skimage graycomatrix": on_photo(skimage_glcm)},
    "gabor": {"skimage gabor, a quarter of the bank": on_photo(skimage_gabor)},
    "hog": {"skimage hog": on_photo(skimage_hog)},
    "thumbnail": {"Pillow resize BOX": tiny},
}
SAME_WORK: dict[str, dict[str, Callable[[NDArray[np.uint8]], object]]] = {
    "phash": {"cv2.img_hash.PHash": cv2.img_hash.PHash.create().compute},
    "ahash": {"cv2.img_hash.AverageHash": cv2.img_hash.AverageHash.create().compute},
    "lbp": {"skimage local_binary_pattern": skimage_lbp},
    "glcm": {"skimage graycomatrix": skimage_glcm},
    "gabor": {"skimage gabor, a quarter of the bank": skimage_gabor},
    "hog": {"skimage hog": skimage_hog, "cv2.HOGDescriptor": opencv_hog},
}
"""On the grey plane that ours look at."""

if __name__ == "__main__":
    main()
