"""From a folder of photos to weights of local features: looked at once, learned, judged by photos left out, written."""

from __future__ import annotations

import hashlib
import io
import math
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

import numpy as np

from lookalike.errors import BadSetting
from lookalike.learn.adapt import Gain
from lookalike.learn.torch_ import loaded
from lookalike.local.superpoint import SuperPoint
from lookalike.match.verify.one_thread import one_thread
from lookalike.models.checkpoint import read_checkpoint
from lookalike.models.own_weights import KINDS, Kind, ending_of
from lookalike.models.superpoint import superpoint
from lookalike.models.trained import new_place
from lookalike.search.atomic import write_atomically
from lookalike.search.ingest.options import Options
from lookalike.search.training.photos import SEEN, Photos, photos_of
from lookalike.search.training.settings import Device

if TYPE_CHECKING:
    from lookalike.learn.features.course import Course, Taught

LEAST_OF_R2D2: Final = 64
"""px of a view that is wider than R2D2 sees about a place."""


@dataclass(frozen=True)
class FeatureSettings:
    """All that decides what is learned: steps of each lesson, pictures of a step, px of a view, views of adaptation."""

    kind: Kind = "superpoint"
    iterations: int = 20_000
    batch: int = 32
    rate: float = 1e-3
    side: int = 120
    views: int = 50
    seed: int = 0
    device: Device = "auto"
    weights: str = ""
    """SuperPoint whose features SuperGlue matches: a name, or the path of a checkpoint."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise BadSetting(f"no features {self.kind!r} can be trained; known: {', '.join(KINDS)}")
        if (self.kind == "superglue") != bool(self.weights):
            raise BadSetting(
                "superglue matches features of a superpoint: name its weights"
                if self.kind == "superglue"
                else f"{self.kind} begins with nothing: leave out the weights"
            )
        if self.device not in get_args(Device):
            raise BadSetting(f"no device {self.device!r}; known: {', '.join(get_args(Device))}")
        if not 32 <= self.side <= SEEN or self.side % 8:
            raise BadSetting(f"side is a multiple of 8 from 32 to {SEEN} px, not {self.side}")
        if self.kind == "r2d2" and self.side < LEAST_OF_R2D2:
            raise BadSetting(
                f"r2d2 sees 51 px about each place, and learns the frame of smaller views: side is {LEAST_OF_R2D2} px "
                f"or more, not {self.side}"
            )
        if self.views < 1:
            raise BadSetting(f"views is 1 or more, not {self.views}")
        if min(self.iterations, self.batch) < 1 or not 0 < self.rate < math.inf:
            raise BadSetting("iterations and batch are 1 or more, and rate is above 0 and finite")


@dataclass(frozen=True)
class FeatureProgress:
    """After `iteration` of `most` steps of a lesson: mean loss since the last round."""

    lesson: str
    iteration: int
    most: int
    loss: float


@dataclass(frozen=True)
class FeatureTrial:
    """Outcome. `gains` are over others, by name, on views of photos that the network never saw."""

    name: str
    kind: Kind
    path: Path
    sha256: str
    photos: int
    judged: int
    measure: str
    gains: Mapping[str, Gain]
    left_out: Mapping[str, int]


def train_features(
    folder: str | os.PathLike[str],
    name: str,
    settings: FeatureSettings = FeatureSettings(),
    *,
    cache: Path,
    options: Options | None = None,
    remark: Callable[[str], None] = lambda _: None,
    progress: Callable[[FeatureProgress], None] = lambda _: None,
    again: bool = False,
) -> FeatureTrial | None:
    """Weights that were learned from the photos below `folder`, kept under `name` in the layout of the paper's authors.

    A run that was stopped goes on where it was, unless `again` begins anew. None where `options.should_stop` ended it.
    Raises `MissingExtra` without torch, `BadSetting` where the name is taken, `BadQuery` for fewer than ten photos,
    `TrainingFailed` where a loss is no number or the folder is no longer as it was.
    """
    options = options or Options()
    torch = loaded("training")
    from lookalike.search.training.feature_judges import Judges, judging

    place = new_place(name, ending_of(settings.kind))
    taught = _taught(settings)
    photos = photos_of(folder, cache, options)
    if photos is None:
        return None
    for why, count in photos.left_out.items():
        remark(f"{count} left out: {why}")
    one_thread()
    course = _course(settings, photos, place, options, remark, progress)
    unfinished = sorted(place.parent.glob(f"{place.name}.*.run"))
    if again:
        for file in unfinished:
            file.unlink()
    elif unfinished:
        remark(f"going on with {unfinished[0].name}; --again would begin anew")
    rng = np.random.default_rng(settings.seed)
    apart = judging(len(photos.pixels), rng)
    judges = Judges.of(photos.pixels[apart], taught, rng)
    if not taught.learn(torch.from_numpy(photos.pixels[~apart]), course):
        return None
    data = _written(taught.weights(), torch)
    sha256, gains = hashlib.sha256(data).hexdigest(), judges.gains(taught)
    write_atomically(place, data)
    for file in place.parent.glob(f"{place.name}.*.run"):
        file.unlink()
    count, judged = len(apart), int(apart.sum())
    return FeatureTrial(name, settings.kind, place, sha256, count, judged, taught.measure, gains, photos.left_out)


def _course(
    settings: FeatureSettings,
    photos: Photos,
    place: Path,
    options: Options,
    remark: Callable[[str], None],
    progress: Callable[[FeatureProgress], None],
) -> Course:
    from lookalike.learn.features.course import Course
    from lookalike.learn.features.descent import Pace
    from lookalike.search.training.lesson import device_of

    return Course(
        Pace(settings.iterations, settings.batch, settings.rate, settings.seed),
        settings.side,
        settings.side / photos.pixels.shape[-1],
        settings.views,
        place,
        f"{photos.digest} {settings.kind} {settings.side} {settings.views} {_below(settings)}",
        device_of(settings.device),
        remark,
        lambda lesson, one, most: progress(FeatureProgress(lesson, one.iteration, most, one.loss)),
        options.should_stop,
    )


def _below(settings: FeatureSettings) -> str:
    """Digest of the features that are matched; of features themselves none."""
    return SuperPoint(weights=settings.weights).weight_digests[0] if settings.weights else ""


def _taught(settings: FeatureSettings) -> Taught:
    if settings.kind == "superglue":
        from lookalike.learn.features.superglue_course import SuperGlueCourse

        tensors = read_checkpoint(SuperPoint(weights=settings.weights).checkpoint)
        superpoint(tensors)  # refuses those that are of another network
        return SuperGlueCourse(tensors, settings.seed)
    if settings.kind == "r2d2":
        from lookalike.learn.features.r2d2_course import R2D2Course

        return R2D2Course(settings.seed)
    from lookalike.learn.features.superpoint_course import SuperPointCourse

    return SuperPointCourse(settings.seed)


def _written(weights: Mapping[str, Any], torch: Any) -> bytes:
    """A checkpoint as PyTorch writes it."""
    file = io.BytesIO()
    torch.save(weights, file)
    return file.getvalue()
