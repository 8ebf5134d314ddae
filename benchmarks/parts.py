"""Whether a part of a picture finds it among 10,000, and a collage the pictures pasted into it.

python benchmarks/parts.py ../shared/data LIBRARY [--pictures 10000] [--originals 300]    half an hour

The library is kept in the folder LIBRARY, beside the pictures; one that is there is asked again. It holds the photos of
PHOTOS, many of them cut into four tiles instead, so that there are enough; what is asked about are parts of photos that
are there whole, saved as JPEG. Chance is fixed before anything is measured. Pairs of one picture that the sets hold,
listed in `engine_twins.txt` and `verification_twins.txt`, count neither as right nor as wrong.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from asking import answers_of, fill, warm
from lookalike.evaluate.statistics import interval, resampled
from lookalike.pixels.augment import edit
from lookalike.pixels.augment.light import compressed
from lookalike.types import Pixels
from photographs import cropped, decoded, files_in, name_of
from twins import ENGINE, VERIFICATION, twins_of

PHOTOS = (
    *("caltech101", "flickr8k", "grocery", "imagenette", "scene15", "skimage"),
    *("textures", "multiview", "sacre_coeur", "wxbs", "imagededup"),
)
SHARES = (1.0, 0.5, 0.3, 0.2, 0.1)
QUALITY = 80
"""Of the JPEG that a part is saved as."""
LEAST = 140
"""px of the shorter side of a photo that is asked about or cut into tiles."""
SEED = 5
BACKDROPS = 50
"""Photos that are not in the library: the originals are pasted into them."""
REPLICATES = 300


@dataclass(frozen=True)
class Asked:
    """What came of one question: (name, relation) of the answers, and how long it took."""

    kind: str
    original: str
    answers: Sequence[tuple[str, str]]
    seconds: float


@dataclass(frozen=True)
class Chosen:
    """By name: photos that are asked about and those that they are pasted into, photos left whole, those cut up."""

    originals: dict[str, Path]
    backdrops: list[Path]
    whole: dict[str, Path]
    cut: dict[str, Path]


def chosen(data: Path, pictures: int, originals: int) -> Chosen:
    """As many are cut up as it takes to come to so many pictures."""
    files = files_in(*(data / name for name in PHOTOS))
    names = {name_of(file, data): file for file in files if "corrupt" not in file.name}
    large = [name for name, file in names.items() if min(Image.open(file).size) >= LEAST]
    order = np.random.default_rng(SEED).permutation(large).tolist()
    asked, backdrops, rest = order[:originals], order[originals:][:BACKDROPS], order[originals + BACKDROPS :]
    count = -(-(pictures - len(names) + len(backdrops)) // 3)  # each is replaced by four
    cut = rest[: max(0, count)]
    whole = sorted(names.keys() - {*backdrops, *cut})[: pictures - 4 * len(cut)]
    return Chosen(
        {name: names[name] for name in asked},
        [names[name] for name in backdrops],
        {name: names[name] for name in whole},
        {name: names[name] for name in cut},
    )


def lay_out(found: Chosen, folder: Path) -> None:
    """The files that are indexed; tiles without loss."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, file in {**found.whole, **found.originals}.items():
        shutil.copyfile(file, folder / name)
    for name, file in found.cut.items():
        for at, tile in enumerate(tiles(decoded(file).pixels)):
            Image.fromarray(tile).save(folder / f"{name}__tile{at}.png")


def tiles(pixels: Pixels) -> list[Pixels]:
    """Its quarters."""
    return [part for half in np.array_split(pixels, 2) for part in np.array_split(half, 2, axis=1)]


def photo_of(name: str) -> str:
    """That a tile was cut from, or the picture itself."""
    return name.split("__tile")[0]


def questions(pixels: Pixels, other: Pixels, seed: int) -> dict[str, Pixels]:
    """By kind."""
    parts = {f"{share:.0%} of it": cropped(pixels, share, np.random.default_rng(seed)).pixels for share in SHARES}
    made = {**parts, "in a collage": edit("collage", pixels, seed, other).pixels}
    return {kind: compressed(each, QUALITY) for kind, each in made.items()}


def ask(item: tuple[int, str, Path], backdrops: list[Path], library: Path) -> list[Asked]:
    """All questions about one original."""
    seed, name, file = item
    found = []
    original, backdrop = (decoded(each).pixels for each in (file, backdrops[seed % len(backdrops)]))
    for kind, pixels in questions(original, backdrop, seed).items():
        started = time.perf_counter()
        answers = list(warm(library).search(pixels, k=20))
        seconds = time.perf_counter() - started
        told = [(Path(answer.record.path).name, answer.relation) for answer in answers]
        found.append(Asked(kind, name, told, seconds))
    return found


def report(asked: list[Asked], twins: dict[str, set[str]]) -> None:
    """Prints for each kind R@1 and R@10 with intervals over originals, and what the first answer was called."""
    kinds = list(dict.fromkeys(each.kind for each in asked))
    names = np.unique([each.original for each in asked if each.kind == kinds[0]], return_inverse=True)[1]
    drawn = resampled(names, np.random.default_rng(0), REPLICATES)
    for kind in kinds:
        ranks, called = [], []
        for each in (each for each in asked if each.kind == kind):
            left = [answer for answer in each.answers if photo_of(answer[0]) not in twins[each.original]]
            ranks.append(next((at for at, (name, _) in enumerate(left) if name == each.original), 99))
            called.append(left[0][1] if ranks[-1] == 0 else "")
        shown = []
        for k in (1, 10):
            right = np.array(ranks) < k
            value = interval(float(right.mean()), drawn @ right / drawn.sum(axis=1))
            shown.append(f"R@{k} {value.value:.3f} [{value.low:.3f}, {value.high:.3f}]")
        proved = np.mean([relation in ("copy", "identical") for relation in called])
        seconds = [each.seconds for each in asked if each.kind == kind]
        print(
            f"{kind:12} {'  '.join(shown)}  called a copy {proved:.3f}  {1000 * np.median(seconds):.0f} ms", flush=True
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("library", type=Path)
    parser.add_argument("--pictures", type=int, default=10_000)
    parser.add_argument("--originals", type=int, default=300)
    parser.add_argument("--answers", type=Path, help="keep the answers here; those that are here are judged again")
    given = parser.parse_args()
    if given.answers is not None and given.answers.exists():
        asked = [Asked(**row) for row in json.loads(given.answers.read_text())]
    else:
        asked = all_asked(chosen(given.data, given.pictures, given.originals), given.library)
        if given.answers is not None:
            given.answers.write_text(json.dumps([asdict(each) for each in asked]))
    report(asked, twins_of(ENGINE, VERIFICATION))


def all_asked(found: Chosen, library: Path) -> list[Asked]:
    """The library filled and asked all questions."""
    folder = library.with_name(library.name + "_pictures")
    if not folder.exists():
        lay_out(found, folder)
    fill(library, folder)
    items = [(at, name, file) for at, (name, file) in enumerate(found.originals.items())]
    job = partial(ask, backdrops=found.backdrops, library=library)
    return [each for group in answers_of(job, items) for each in group]


if __name__ == "__main__":
    main()
