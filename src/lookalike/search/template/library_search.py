"""A template looked for in every picture of a library: in small planes first, then in the files of the best."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadPicture, BadQuery
from lookalike.match import LOCATORS
from lookalike.match.locate.integral_images import Mask
from lookalike.match.locate.judgement import Sought, is_told, judged
from lookalike.match.locate.one_colour import is_of_one_colour
from lookalike.match.locate.pose_sweep import geometric
from lookalike.match.locate.presence import NEARLY_EQUAL, is_there_of_many
from lookalike.pixels.planes import grey
from lookalike.protocols import Locator, Store
from lookalike.search.ingest.grey_planes import PLANE, keeps_planes
from lookalike.search.ingest.read import ahead
from lookalike.search.query.decoder import PictureDecoder
from lookalike.search.template.prefilter import Glimpse, Prefilter
from lookalike.types import Ids, Picture, Placement, Record, Size, Vectors

PROMISING: Final = 0.6
"""Correlation with a small plane below which a file is not opened, where its place has to score as much."""
AGAIN: Final = 300
"""Pictures whose planes are looked at a second time, whole."""
OPENED: Final = 60
"""Files that are opened, at most; more only for so many answers."""
SMALL: Final = 2_000_000
"""px of a picture in which comparing every window is quicker than a pyramid."""
PATIENCE: Final = 20
"""Files in a row that do not hold the template: then none of the next is opened."""
BATCH: Final = 256
FINE_BATCH: Final = 32
"""Planes in memory at a time, for each thread; fewer where they are not halved."""
ONE_COLOUR: Final = (
    "a template of one colour cannot be told in small planes, which are grey: "
    "`lookalike locate TEMPLATE IMAGE` looks for it in one picture"
)
SCALES: Final = (0.05, 20.0)
"""Sizes that may be looked for."""
STEP: Final = 1.1
"""From one scale that is looked for in small planes to the next."""
FINER: Final = (1.04, 1.013, 1.004)
"""Factors by which the scale of a place is tried larger and smaller, each as long as that is better."""


@dataclass(frozen=True)
class Found:
    """A place of the template, and the file that it is in."""

    record: Record
    placement: Placement


@dataclass(frozen=True)
class Finds:
    """Places, best first, one a file; of how many pictures, and how many more could not be searched.

    Those have no small plane, or the template would be too small in theirs, or larger than they are.
    """

    places: tuple[Found, ...]
    searched: int
    unsearched: int
    why: str | None = None
    """Reason that keeps such a template from being looked for at all."""


@dataclass(frozen=True, eq=False)
class _Opened:
    """A picture, and the files that hold it."""

    picture: Picture
    files: Sequence[Record]


@dataclass(frozen=True)
class LibrarySearch:
    """Looks through `store`; a place counts from the score `least` on, with None where its detail says so."""

    store: Store
    decoder: PictureDecoder
    locator: Locator | None = None
    """None: by `ccoeff-normed`, with the engine that is quicker for the picture."""
    k: int = 20
    least: float | None = None
    scales: tuple[float, float] = (1.0, 1.0)
    """Sizes, to that of the template, between which it is looked for."""
    mask: Mask | None = None
    """(th, tw) where the template counts; None: everywhere."""
    core: Mask | None = None
    """(th, tw) where nothing shines through it; None: wherever it counts."""

    def __post_init__(self) -> None:
        if self.k < 1:
            raise BadQuery(f"k must be 1 or more, not {self.k}")
        if not SCALES[0] <= self.scales[0] <= self.scales[1] <= SCALES[1]:
            smallest, largest = self.scales
            raise BadQuery(f"scales go up, from 0.05 to 20 at most, not from {smallest:g} to {largest:g}")
        if self.least is not None and math.isnan(self.least):
            raise BadQuery("the least score is a number, not nan")
        if self.mask is not None and not self.mask.any():
            raise BadQuery("the template is transparent: no pixel of it is left to compare")

    def find(self, template: Picture, where: str | None = None) -> Finds:
        """The `k` pictures of those that pass `where` that hold the template best."""
        if not keeps_planes(self.store):
            raise BadQuery("this library keeps no small planes of its pictures: run `lookalike index PATH --planes`")
        sizes = {file.id: file.size for file in self.store.listed(where)}
        if self._shows_no_detail(template):
            return Finds((), 0, len(sizes), ONE_COLOUR)
        seen = self._glimpses(grey(template), sizes)
        places = sorted(self._proved(template, seen), key=lambda found: -found.placement.score)
        return Finds(tuple(places[: self.k]), len(seen), len(sizes) - len(seen))

    def _shows_no_detail(self, template: Picture) -> bool:
        goes_by_detail = self.least is None and self._goes_by_correlation
        return goes_by_detail and is_of_one_colour(template.pixels, Sought(template, self.mask, self.core).counted)

    def _glimpses(self, template: NDArray[np.uint8], sizes: Mapping[int, Size]) -> list[Glimpse]:
        """Glimpses of all pictures in which the template can be seen, the most promising first."""
        prefilter = Prefilter(template, PLANE, geometric(*self.scales, STEP), self.mask)
        all_of_them = np.array(sorted(sizes), np.int64)
        first = _ranked(prefilter, self.store.vectors(PLANE.space, all_of_them, batch=BATCH), sizes)
        again: list[Glimpse] = []
        for scale in sorted({one.scale for one in first[:AGAIN]}):
            ids = np.array(sorted(one.id for one in first[:AGAIN] if one.scale == scale), np.int64)
            whole = Prefilter(template, PLANE, (scale,), self.mask, halvings=0)
            again += _ranked(whole, self.store.vectors(PLANE.space, ids, batch=FINE_BATCH), sizes)
        return sorted(again, key=_by_score) + first[AGAIN:]

    def _proved(self, template: Picture, seen: Sequence[Glimpse]) -> Iterator[Found]:
        """The best place in each file that holds the template, of those that are worth opening."""
        promising = [one for one in seen if one.score >= self._floor][: max(OPENED, 2 * self.k)]
        files: dict[int, list[Record]] = {one.id: [] for one in promising}
        for record in self.store.records(np.array(sorted(files), np.int64)):
            files[record.id].append(record)
        misses = 0
        for one, opened in ahead(lambda one: (one, self._opened(files[one.id])), promising, threads=1):
            place = None if opened is None else self._place(template, opened.picture, one)
            if opened is None or place is None or not self._counts(place):
                misses += 1
            else:
                misses = 0
                yield from (Found(record, place) for record in opened.files)
            if misses == PATIENCE:
                return

    @property
    def _floor(self) -> float:
        """Correlation with a small plane below which a file is not opened; none where any place counts."""
        is_low = self.least is not None and self.least < PROMISING
        return PROMISING if self._goes_by_correlation and not is_low else -math.inf

    @property
    def _goes_by_correlation(self) -> bool:
        return getattr(self.locator, "comparison", "ccoeff-normed") == "ccoeff-normed"

    def _counts(self, place: Placement) -> bool:
        return is_told(place) if self.least is None else place.score >= self.least

    def _opened(self, files: Sequence[Record]) -> _Opened | None:
        """None where all files of a content are gone or have changed since they were indexed."""
        for at, record in enumerate(files):
            try:
                picture = self.decoder.sample(record).picture(None)
            except BadPicture:
                continue
            return _Opened(
                picture,
                [record, *(other for other in files[at + 1 :] if not other.has_file or os.path.lexists(other.path))],
            )
        return None

    def _place(self, template: Picture, image: Picture, glimpse: Glimpse) -> Placement | None:
        """The best at the scale that was glimpsed, then at scales close to it; None where it does not fit."""
        best = self._at_scale(template, image, glimpse.scale)
        for factor in FINER if self.scales[0] < self.scales[1] else ():
            before = None
            while best is not None and best is not before:
                before, best = best, self._better(template, image, best, factor)
        return best if best is None or self.least is not None else self._judged(template, image, best)

    def _judged(self, template: Picture, image: Picture, best: Placement) -> Placement:
        """Judged place; at its own size another one, where it is merely like the template at this one."""
        scaled, mask, core = self._as_large_as_there(template, image, best.scale)
        locator = self._engine(image)
        places = judged(locator, Sought(scaled, mask, core), image, 1, is_there_of_many, NEARLY_EQUAL).placements
        return replace(places[0], scale=best.scale) if places else best

    def _better(self, template: Picture, image: Picture, best: Placement, factor: float) -> Placement:
        """The best at so much larger and smaller scales, or `best`."""
        scales = np.clip([best.scale / factor, best.scale * factor], *self.scales)
        tried = (self._at_scale(template, image, float(scale)) for scale in scales)
        return max([best, *(one for one in tried if one is not None)], key=lambda one: one.score)

    def _at_scale(self, template: Picture, image: Picture, scale: float) -> Placement | None:
        scaled, mask, _ = self._as_large_as_there(template, image, scale)
        if any(a > b for a, b in zip(scaled.pixels.shape[:2], image.pixels.shape[:2], strict=True)):
            return None
        places = self._engine(image).locate(scaled, image, 1, mask).placements
        return replace(places[0], scale=scale * places[0].scale) if places else None

    def _as_large_as_there(
        self, template: Picture, image: Picture, scale: float
    ) -> tuple[Picture, Mask | None, Mask | None]:
        """The template with its mask and its core."""
        decoded = scale * image.pixels.shape[1] / image.size[0]  # a huge picture is decoded at a fraction
        scaled = template if decoded == 1 else _scaled(template, decoded)
        mask = None if self.mask is None else _mask_of(self.mask, scaled)
        core = None if self.core is None else _core_of(self.core, scaled)
        return scaled, mask, core

    def _engine(self, image: Picture) -> Locator:
        return self.locator or LOCATORS.make("exact" if image.pixels[:, :, 0].size <= SMALL else "fast")


def _ranked(prefilter: Prefilter, batches: Iterable[tuple[Ids, Vectors]], sizes: Mapping[int, Size]) -> list[Glimpse]:
    """The pictures of `sizes`, the most promising first."""

    def seen(batch: tuple[Ids, Vectors]) -> list[Glimpse]:
        return prefilter.glimpses(batch[0], batch[1].astype(np.uint8, copy=False), sizes)

    found = ahead(seen, batches, threads=os.cpu_count() or 1)
    return sorted((one for of_batch in found for one in of_batch), key=_by_score)


def _by_score(one: Glimpse) -> tuple[float, int]:
    return -one.score, one.id


def _mask_of(mask: Mask, scaled: Picture) -> Mask:
    """Mask of a template of another size; where that would leave nothing, all of it."""
    size = (scaled.pixels.shape[1], scaled.pixels.shape[0])
    found = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    return found if found.any() else np.ones_like(found)


def _core_of(core: Mask, scaled: Picture) -> Mask:
    """Where a template of another size shows nothing but what counted, and its neighbours did too."""
    size = (scaled.pixels.shape[1], scaled.pixels.shape[0])
    inner = cv2.erode(core.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.float32)
    return np.asarray(cv2.resize(inner, size, interpolation=cv2.INTER_AREA) > 0.99)


def _scaled(picture: Picture, scale: float) -> Picture:
    size = (max(1, round(picture.pixels.shape[1] * scale)), max(1, round(picture.pixels.shape[0] * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return Picture(np.ascontiguousarray(cv2.resize(picture.pixels, size, interpolation=way)), size)
