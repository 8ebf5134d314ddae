"""A folder of pictures to try every verb on, drawn by this program: anybody may pass them on."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from lookalike.errors import BadQuery
from lookalike.pixels.augment import edit
from lookalike.pixels.scenes import SURFACES, chart, scene, sign, surface
from lookalike.search.atomic import write_atomically
from lookalike.types import Pixels

SCENES: Final = 8
WORDS: Final = ("NORTH", "HARBOUR", "MILL", "ORCHARD")
EDITED: Final = ("jpeg", "crop", "flip", "rotation", "text", "screenshot", "collage")
"""Edits of which each is made of one scene, in order (see `pixels.augment`)."""
PASTED: Final = (200, 140)
"""px from the left and from the top of the poster to the logo."""
README: Final = """Drawn by lookalike. No rights are reserved: pass these pictures on as you like.

originals    a folder for each class
copies       edited copies of originals, and the same picture in other bytes
near-misses  pictures that look the same and are not
templates    a logo, and a poster that holds it

Try, in this folder:

  lookalike --library library index originals near-misses
  lookalike --library library search "copies/scene-2 crop.jpg"
  lookalike --library library search near-misses/chart-1.png --html result.html
  lookalike --library library index copies
  lookalike --library library dupes --relation copy
  lookalike compare originals/chart/chart-1.png near-misses/chart-1.png
  lookalike locate templates/logo.png templates/poster.png
  lookalike match originals/scene/scene-4.jpg "copies/scene-4 rotation.jpg" --draw matches.png
  lookalike show texture originals/surface/bricks-1.png -o texture.png
  lookalike eval originals
"""


class Sample(NamedTuple):
    """Where a picture goes, below the folder, and the bytes of its file."""

    name: str
    data: bytes


def write_samples(folder: Path, seed: int = 0) -> list[Path]:
    """Draws the pictures and a README.txt below `folder`, new or empty; returns the pictures' paths."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadQuery(f"{str(folder)!r} is not an empty folder: name a new one", path=str(folder))
    written = []
    for sample in _samples(seed):
        path = folder / sample.name
        path.parent.mkdir(parents=True, exist_ok=True)
        written.append(write_atomically(path, sample.data))
    write_atomically(folder / "README.txt", README.encode())
    return written


def _samples(seed: int) -> Iterator[Sample]:
    scenes = [scene(_chance(seed, "scene", at)) for at in range(SCENES)]
    for at, pixels in enumerate(scenes, start=1):
        yield Sample(f"originals/scene/scene-{at}.jpg", _jpeg(pixels))
    for kind in SURFACES:
        for at in (1, 2):
            yield Sample(f"originals/surface/{kind}-{at}.png", _png(surface(kind, _chance(seed, kind, at))))
    for at, words in enumerate(WORDS, start=1):
        yield Sample(f"originals/sign/sign-{at}.png", _png(sign(_chance(seed, "sign", at), words)))
    yield from _charts(seed)
    for at, name in enumerate(EDITED):
        copy = edit(name, scenes[at], seed, scenes[-1]).pixels
        yield Sample(f"copies/scene-{at + 1} {name}.jpg", _jpeg(copy))
    yield Sample("copies/scene-1 same bytes.jpg", _jpeg(scenes[0]))
    yield Sample("copies/sign-1 same pixels.webp", _webp(sign(_chance(seed, "sign", 1), WORDS[0])))
    yield Sample("near-misses/sign-1.png", _png(sign(_chance(seed, "sign", 1), "SOUTH")))
    yield from _template(seed, scenes[-1])


def _charts(seed: int) -> Iterator[Sample]:
    """Each chart, and its near miss: the same title, axes and colour, and other values."""
    for at, title in enumerate(("Visitors", "Rainfall", "Orders"), start=1):
        rng = _chance(seed, "chart", at)
        red, green, blue = rng.integers(30, 190, 3).tolist()
        for folder in ("originals/chart", "near-misses"):
            yield Sample(
                f"{folder}/chart-{at}.png", _png(chart(title, rng.uniform(0.1, 1, 6).tolist(), (red, green, blue)))
            )


def _template(seed: int, ground: Pixels) -> Iterator[Sample]:
    """A logo, and a poster that holds it."""
    logo = sign(_chance(seed, "logo", 0), "LOGO")[::2, ::2]
    poster = ground.copy()
    left, top = PASTED
    poster[top : top + logo.shape[0], left : left + logo.shape[1]] = logo
    yield Sample("templates/logo.png", _png(logo))
    yield Sample("templates/poster.png", _png(poster))


def _chance(seed: int, kind: str, at: int) -> np.random.Generator:
    """Generator of each picture's own, so that one more moves no other."""
    return np.random.default_rng([seed, at, *kind.encode()])


def _jpeg(pixels: Pixels) -> bytes:
    return _encoded(pixels, "JPEG", quality=90)


def _png(pixels: Pixels) -> bytes:
    return _encoded(pixels, "PNG")


def _webp(pixels: Pixels) -> bytes:
    return _encoded(pixels, "WEBP", lossless=True)


def _encoded(pixels: Pixels, format: str, **settings: object) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, format, **settings)
    return file.getvalue()
