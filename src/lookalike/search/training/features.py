"""From a folder of photos to weights of local features: looked at once, learned, judged by photos left out, written."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

import numpy as np
from numpy.typing import NDArray

from lookalike.datasets.archives import unpacked
from lookalike.describe.squares import Squares
from lookalike.errors import BadQuery, BadSetting
from lookalike.learn.adapt import Gain, interval
from lookalike.learn.torch_ import loaded
from lookalike.local import DETECTORS
from lookalike.local.superpoint import SuperPoint
from lookalike.match.verify.one_thread import one_thread
from lookalike.models.checkpoint import read_checkpoint
from lookalike.models.own_weights import KINDS, Kind, ending_of
from lookalike.models.superpoint import superpoint
from lookalike.models.trained import place_of
from lookalike.search.atomic import write_atomically
from lookalike.search.described import describe_folder
from lookalike.search.ingest.options import Options
from lookalike.search.ingest.scan import Found, scan
from lookalike.search.training.settings import Device
from lookalike.types import Picture

if TYPE_CHECKING:
    from torch import Tensor

    from lookalike.learn.features.course import Taught

SEEN: Final = 240
"""px of the square that a photo is squeezed into."""
MOST: Final = 4000
"""Photos: 700 MB of pixels."""
LEAST: Final = 10
"""Photos that are needed."""
LEFT_OUT: Final = 5
"""One photo of so many judges, up to `JUDGES`."""
JUDGES: Final = 40
VIEWS: Final = 3
"""Views of each photo that judges."""
Pixels = NDArray[np.uint8]


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
        if self.views < 1:
            raise BadSetting(f"views is 1 or more, not {self.views}")
        if min(self.iterations, self.batch) < 1 or self.rate <= 0:
            raise BadSetting("iterations and batch are 1 or more, and rate is above 0")


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
    from lookalike.learn.features.course import Course
    from lookalike.learn.features.descent import Pace
    from lookalike.search.training.lesson import device_of

    device = device_of(settings.device)
    place = place_of(name, ending_of(settings.kind))
    if place.is_file():
        raise BadSetting(f"there are weights {name!r} already: choose another name, or drop them: models rm {name}")
    taught = _taught(settings)
    found = _photos(folder, cache, options)
    if found is None:
        return None
    for why, count in found.left_out.items():
        remark(f"{count} left out: {why}")
    one_thread()
    place.parent.mkdir(parents=True, exist_ok=True)
    course = Course(
        Pace(settings.iterations, settings.batch, settings.rate, settings.seed),
        settings.side,
        settings.side / SEEN,
        settings.views,
        place,
        f"{found.digest} {settings.kind} {settings.side} {settings.views} {_below(settings)}",
        device,
        remark,
        lambda lesson, one, most: progress(FeatureProgress(lesson, one.iteration, most, one.loss)),
        options.should_stop,
    )
    unfinished = sorted(place.parent.glob(f"{place.name}.*.run"))
    if again:
        for file in unfinished:
            file.unlink()
    elif unfinished:
        remark(f"going on with {unfinished[0].name}; --again would begin anew")
    judges, gains = _judged(found, settings, taught)
    if not taught.learn(torch.from_numpy(found.pixels[~judges]), course):
        return None
    data = _written(taught.weights(), torch)
    trial = FeatureTrial(
        name,
        settings.kind,
        place,
        hashlib.sha256(data).hexdigest(),
        len(found.pixels),
        int(judges.sum()),
        taught.measure,
        gains(taught),
        found.left_out,
    )
    write_atomically(place, data)
    for file in place.parent.glob(f"{place.name}.*.run"):
        file.unlink()
    return trial


@dataclass(frozen=True, eq=False)
class Photos:
    """Pixels (n, 3, s, s), one photo of each content; `digest` changes with every one of them."""

    pixels: Pixels
    digest: str
    left_out: Mapping[str, int]


def _photos(folder: str | os.PathLike[str], cache: Path, options: Options) -> Photos | None:
    root = os.path.realpath(unpacked(Path(folder), cache / "unpacked"))
    seen = Squares(SEEN)
    files, beyond = _chosen(root)
    described = describe_folder(root, [seen], cache, options, only=files)
    if described.interrupted:
        return None
    by_content = {record.content.sha256: path for path, record in sorted(described.records.items(), reverse=True)}
    if len(by_content) < LEAST:
        raise BadQuery(f"{root!r} holds {len(by_content)} photos that can be read, and {LEAST} are wanted", path=root)
    left_out = {
        "not readable": described.failed,
        "the same bytes again": len(described.records) - len(by_content),
        "beyond the most that are learned from": beyond,
    }
    digests = sorted(by_content)  # an order that is none of names: any part of it is of all folders
    rows = np.asarray(described.rows(seen, [by_content[each] for each in digests]), np.uint8)
    pixels = np.ascontiguousarray(rows.reshape(-1, SEEN, SEEN, 3).transpose(0, 3, 1, 2))
    digest = hashlib.sha256("".join(digests).encode()).hexdigest()[:16]
    return Photos(pixels, digest, {why: count for why, count in left_out.items() if count})


def _chosen(root: str) -> tuple[list[str], int]:
    """Files to look at, none for all of a small folder, and how many more there are."""
    if not os.path.lexists(root):
        return [], 0  # whoever reads it says so
    files = [each.path for each in scan([root]) if isinstance(each, Found)]
    if len(files) <= MOST:
        return [], 0
    drawn = np.sort(np.random.default_rng(0).permutation(len(files))[:MOST])
    return [files[at] for at in drawn], len(files) - MOST


def _below(settings: FeatureSettings) -> str:
    """Digest of the features that are matched; of features themselves none."""
    return SuperPoint(weights=settings.weights).weight_digests[0] if settings.weights else ""


def _baselines(taught: Taught, photos: Tensor, maps: Tensor) -> dict[str, NDArray[np.float32]]:
    from lookalike.learn.features.superglue_course import SuperGlueCourse

    if isinstance(taught, SuperGlueCourse):
        return {"nearest": taught.nearest(photos, maps).cpu().numpy()}
    return {"harris": by_detector("harris", photos, maps)}


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


def _judged(
    found: Photos, settings: FeatureSettings, taught: Taught
) -> tuple[NDArray[np.bool_], Callable[[Taught], dict[str, Gain]]]:
    """Which photos judge, and what is gained on their views over Harris corners and over a network that knows nothing.

    The first is to be called before, the second after the network has learned.
    """
    import torch

    from lookalike.learn.features.warps import Views

    rng = np.random.default_rng(settings.seed)
    count = min(JUDGES, len(found.pixels) // LEFT_OUT)
    judges = np.zeros(len(found.pixels), np.bool_)
    judges[rng.permutation(len(judges))[:count]] = True
    photos = torch.from_numpy(np.repeat(found.pixels[judges], VIEWS, axis=0))
    maps = Views().drawn(len(photos), rng)
    before = _baselines(taught, photos, maps) | {"untrained": taught.scored(photos, maps).cpu().numpy()}

    def gains(after: Taught) -> dict[str, Gain]:
        scores, labels = after.scored(photos, maps).cpu().numpy(), np.repeat(np.arange(count), VIEWS)
        return {name: _gain(scores, plain, labels) for name, plain in before.items()}

    return judges, gains


def _gain(scores: NDArray[np.float32], plain: NDArray[np.float32], labels: NDArray[np.int64]) -> Gain:
    difference = np.asarray(scores - plain, np.float64)
    low, high = interval(difference, labels, np.random.default_rng(0))
    return Gain(float(plain.mean()), float(scores.mean()), float(difference.mean()), low, high)


def by_detector(name: str, photos: Tensor, maps: Tensor) -> NDArray[np.float32]:
    """(n,) repeatability of a detector of the library, as `adaptation.repeated` measures it, of as many keypoints."""
    import torch

    from lookalike.learn.features.adaptation import share_found_twice
    from lookalike.learn.features.course import KEYPOINTS
    from lookalike.learn.features.warps import from_px, seen

    detector = DETECTORS.make(name, {"max_keypoints": KEYPOINTS})

    def places(light: Tensor) -> Tensor:
        pixels = np.ascontiguousarray(light.round().clamp(0, 255).to(torch.uint8).permute(1, 2, 0).numpy())
        xy = detector.detect(Picture(pixels, (SEEN, SEEN))).xy
        return from_px(torch.from_numpy(np.asarray(xy, np.float32)), SEEN)

    views, _ = seen(photos.to(torch.float32), maps, SEEN)
    shares = [
        share_found_twice((places(photo.to(torch.float32)), places(view)), one, SEEN)
        for photo, view, one in zip(photos, views, maps, strict=True)
    ]
    return np.asarray(torch.stack(shares).numpy(), np.float32)


def _written(weights: Mapping[str, Any], torch: Any) -> bytes:
    """A checkpoint as PyTorch writes it."""
    file = io.BytesIO()
    torch.save(weights, file)
    return file.getvalue()
