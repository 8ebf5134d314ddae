"""Whether an answer can be trusted: are near misses told from copies, and is it said where they differ?"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import LookalikeError
from lookalike.evaluate.near_misses import Family, Photos, difference_boxes, family
from lookalike.evaluate.near_misses.worn import AS_MADE, COPIES, WEARS, Worn, copied, is_whole, wears_of
from lookalike.search.compare import compare
from lookalike.types import Box, Pixels, Size

STRANGER: Final = (640, 480)
"""(w, h) px of the photo that a collage pastes a picture into."""


@dataclass(frozen=True)
class Question:
    """Two files, and what is true of them: `truth` is that b is a variant, a copy, or a part of a.

    `edit` is what b went through; `boxes` and `boxes_b` are where the two differ, in px of a and b; of copies none.
    `size_b` is (w, h) px.
    """

    kind: str
    seed: int
    edit: str
    truth: str
    a: Path
    b: Path
    size_b: Size
    boxes: tuple[Box, ...] = ()
    boxes_b: tuple[Box, ...] = ()


@dataclass(frozen=True)
class Told:
    """An answer: the relation of b to a, and boxes in b where they differ, None where that is not said."""

    relation: str
    differs: tuple[Box, ...] | None = None


Answerer: TypeAlias = Callable[[Path, Path], Told]


@dataclass(frozen=True)
class Verdict:
    """A question and its answer; `overlap` is the intersection over union of boxes, `touched` the share of true ones
    that a told one meets; None of copies and where no boxes are told.
    """

    question: Question
    told: Told
    overlap: float | None = None
    touched: float | None = None

    @property
    def is_false(self) -> bool:
        """Whether a variant is told to be what may be deleted."""
        return self.question.truth == "variant" and self.told.relation in ("identical", "copy")

    @property
    def is_kept(self) -> bool:
        """Whether an edited copy is told to be one; of parts the word for parts is right as well."""
        if self.question.truth == "variant":
            return False
        return self.told.relation in (
            ("identical", "copy", "part") if self.question.truth == "part" else ("identical", "copy")
        )


def questions(
    kinds: Sequence[str],
    each: int,
    photos: Photos,
    folder: Path,
    *,
    seed: int = 0,
    edits: Sequence[str] = COPIES,
    smallest: bool = False,
) -> Iterator[Question]:
    """Each family's variants, as made and once worn, and copies of its base by `edits`.

    Of a kind there are `each` families, from `seed` on. Files are written below `folder` as they are asked about. A
    worn variant is asked of its base as a JPEG. With `smallest`, of each family the smallest difference alone, worn in
    every way: what is most easily missed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for kind in kinds:
        for at in range(seed, seed + each):
            made = family(kind, at, photos)
            stem = folder / f"{kind.replace(' ', '-')}-{at:03}"
            yield from _variants(made, stem, smallest)
            yield from _copies(made, stem, photos, edits)


def _variants(made: Family, stem: Path, smallest: bool) -> Iterator[Question]:
    rng = np.random.default_rng([made.seed, 1])
    wears = wears_of(made.kind)
    first = zlib.crc32(made.kind.encode()) + made.seed * len(made.variants)  # so that the first families go through all
    base = {name: _kept(WEARS[name](made.base, rng), stem, f"base-{name}") for name in (AS_MADE, "saved")}
    for at, variant in enumerate(made.variants[:1] if smallest else made.variants):
        boxes = difference_boxes(made.base, variant)
        for name in (AS_MADE, *(wears if smallest else (wears[(first + at) % len(wears)],))):
            worn = WEARS[name](variant, rng)
            a = base[AS_MADE if name == AS_MADE else "saved"]
            b = _kept(worn, stem, f"variant{at}-{name}")
            inside = tuple(worn.box(box) for box in boxes)
            yield Question(made.kind, made.seed, name, "variant", a, b, worn.size, boxes, inside)


def _copies(made: Family, stem: Path, photos: Photos, edits: Sequence[str]) -> Iterator[Question]:
    base = _kept(WEARS[AS_MADE](made.base, np.random.default_rng(0)), stem, f"base-{AS_MADE}")
    other = _stranger(photos, made.seed)
    for name in edits:
        copy = copied(made.base, name, made.seed, other)
        truth = "copy" if is_whole(made.base, copy) else "part"
        yield Question(made.kind, made.seed, name, truth, base, _kept(copy, stem, f"copy-{name}"), copy.size)


def _stranger(photos: Photos, seed: int) -> Pixels:
    """A photo, or noise as coarse as one's detail where there is none."""
    rng = np.random.default_rng([seed, 2])
    if photos.files:
        return np.array(photos.fitted(rng, STRANGER))
    coarse = rng.integers(0, 256, (STRANGER[1] // 16, STRANGER[0] // 16, 3), np.uint8)
    return np.kron(coarse, np.ones((16, 16, 1), np.uint8))


def _kept(worn: Worn, stem: Path, name: str) -> Path:
    path = stem.with_name(f"{stem.name}-{name.replace(' ', '_').replace('%', 'percent')}{worn.suffix}")
    path.write_bytes(worn.data)
    return path


def by_compare(a: Path, b: Path) -> Told:
    """As `lookalike compare A B` tells it; one describer is enough, since others prove the relation.

    What it refuses is told as the error's name.
    """
    try:
        found = compare(a, b, describers=("thumbnail",))
    except LookalikeError as error:
        return Told(type(error).__name__)
    differs = getattr(found, "differs", getattr(found.evidence, "differs", None))
    return Told(found.relation, None if differs is None else tuple(each.box for each in differs))


def judged(asked: Question, told: Told) -> Verdict:
    """The answer against the truth."""
    if asked.truth != "variant" or told.differs is None:
        return Verdict(asked, told)
    return Verdict(
        asked, told, overlap(told.differs, asked.boxes_b, asked.size_b), touched(told.differs, asked.boxes_b)
    )


def overlap(told: Sequence[Box], true: Sequence[Box], size: Size) -> float:
    """Intersection over union of the areas that two sets of boxes cover in a picture of (w, h) `size`."""
    one, other = _covered(told, size), _covered(true, size)
    return float((one & other).sum() / max(1, (one | other).sum()))


def touched(told: Sequence[Box], true: Sequence[Box]) -> float:
    """The share of true boxes that a told one meets; 1 where there are none."""
    met = [any(_meet(box, each) for each in told) for box in true]
    return float(np.mean(met)) if met else 1.0


def _covered(boxes: Sequence[Box], size: Size) -> NDArray[np.bool_]:
    mask = np.zeros((size[1], size[0]), bool)
    for x, y, w, h in boxes:
        mask[max(0, round(y)) : max(0, round(y + h)), max(0, round(x)) : max(0, round(x + w))] = True
    return mask


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]
