"""How SuperGlue is taught: by photos and other views of them, on features that learn no more
[Sarlin et al., SuperGlue, CVPR 2020]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from lookalike.learn.features.adaptation import best_places
from lookalike.learn.features.course import Course
from lookalike.learn.features.pool import NOWHERE, Pool, grey_of
from lookalike.learn.features.superglue import Seen, SuperGlue, matching_loss, truth_of
from lookalike.learn.features.superpoint import Frozen
from lookalike.learn.features.warps import Views, crops, moved, seen
from lookalike.models.superglue import LAYERS, REACH

KEYPOINTS: Final = 128
"""Keypoints of a view."""
SURE: Final = 0.2
"""Probability of a match, at the least, as of the matcher."""


@dataclass(frozen=True, eq=False)
class Features:
    """Places (b, k, 2) in [-1, 1] of keypoints of views of `side` px, and what the network is shown of them."""

    places: Tensor
    seen: Seen
    side: int

    @classmethod
    def of(cls, network: Frozen, light: Tensor, count: int) -> Features:
        """The best `count` keypoints of grey light (b, 1, s, s), fewer where a picture is small."""
        side = light.shape[-1]
        with torch.no_grad():
            heat, rows = network(light)
            found = best_places(heat.float(), count, -1.0)
            places = torch.where(found == NOWHERE, torch.zeros_like(found), found)  # there is always a place
            scores, read = (
                functional.grid_sample(each.float(), places[:, :, None], align_corners=False)[..., 0].transpose(1, 2)
                for each in (heat[:, None], rows)
            )
        xy = (places / 2 - 0.5 / side) / REACH
        return cls(places, Seen(torch.cat([xy, scores], dim=2), functional.normalize(read, dim=2)), side)

    def distances(self, other: Features, between: Tensor) -> Tensor:
        """(b, k, k) px between these, where the other view shows them, and those of the other view.

        `between` (b, 3, 3) takes places of the other to places of these.
        """
        shown = moved(self.places, torch.linalg.inv(between))
        apart = torch.cdist(shown, other.places) * self.side / 2
        return torch.where((shown.abs() <= 1).all(dim=2)[..., None], apart, torch.full_like(apart, torch.inf))


@dataclass(frozen=True, eq=False)
class Matched:
    """Lesson of photos: `side` px of a part of each, and the same from another view."""

    network: Any
    features: Frozen
    photos: Pool
    side: int
    share: float
    keypoints: int = KEYPOINTS

    def __call__(self, count: int, rng: np.random.Generator, generator: torch.Generator) -> Tensor:
        chosen = torch.from_numpy(rng.integers(len(self.photos), size=count)).to(self.photos.pictures.device)
        first, between = (maps.to(chosen.device) for maps in (crops(count, self.share, rng), Views().drawn(count, rng)))
        a, b = (
            Features.of(self.features, self.photos.view(chosen, maps, self.side, generator).light, self.keypoints)
            for maps in (first, first @ between)
        )
        return matching_loss(self.network(a.seen, b.seen), truth_of(a.distances(b, between)))


@dataclass(eq=False)
class SuperGlueCourse:
    """One lesson, of photos, on features of `weights`, tensors of a SuperPoint by name."""

    measure: ClassVar[str] = "F-score of matches"

    weights_of_features: Mapping[str, np.ndarray[Any, Any]]
    seed: int = 0
    layers: int = LAYERS
    keypoints: int = KEYPOINTS

    def __post_init__(self) -> None:
        self.network = SuperGlue(self.seed, self.layers)
        self._features = Frozen({name: torch.from_numpy(value) for name, value in self.weights_of_features.items()})

    def learn(self, photos: Tensor, course: Course) -> bool:
        """Teaches it by photos (n, 3, s, s) uint8; False where somebody asked to stop."""
        self._features.to(course.device)
        pool = Pool(grey_of(photos), torch.full((len(photos), 1, 2), NOWHERE)).to(course.device)
        step = Matched(self.network, self._features, pool, course.side, course.share, self.keypoints)
        return course.lesson("photos", self.network, step)

    def scored(self, photos: Tensor, maps: Tensor) -> Tensor:
        """(n,) F-score of matches of the photos (n, 3, s, s) with their views (n, 3, 3)."""
        network = self.network.eval()

        def likeness(a: Features, b: Features) -> Tensor:
            found: Tensor = network(a.seen, b.seen)[0, :-1, :-1].exp()
            return torch.where(found > SURE, found, torch.zeros_like(found))

        return self._scored(photos, maps, likeness)

    def nearest(self, photos: Tensor, maps: Tensor) -> Tensor:
        """(n,) that of rows which are each other's nearest."""
        return self._scored(photos, maps, lambda a, b: (1 + a.seen.rows[0] @ b.seen.rows[0].T) / 2)

    def _scored(self, photos: Tensor, maps: Tensor, likeness: Any) -> Tensor:
        device = next(self.network.parameters()).device
        self._features.to(device)
        found = []
        with torch.no_grad():
            for picture, one in zip(grey_of(photos).to(device), maps.to(device), strict=True):
                light = picture[None].float() / 255
                view, _ = seen(light, one[None], light.shape[-1])
                a, b = (Features.of(self._features, each, self.keypoints) for each in (light, view))
                found.append(f_score(likeness(a, b), a.distances(b, one[None])))
        return torch.stack(found)

    def weights(self) -> Mapping[str, Any]:
        """Content of the file, as the authors of the paper laid theirs out."""
        return self.network.weights()


def f_score(likeness: Tensor, distances: Tensor) -> Tensor:
    """Harmonic mean of precision and recall of pairs that are each other's likest, by (1, k, k) px between keypoints.

    A likeness (k, k) of 0 is none. Right is what lies within `NEAR` px.
    """
    truth = truth_of(distances)
    nearest = likeness.argmax(dim=1)
    rows = torch.arange(len(likeness), device=likeness.device)
    kept = (likeness.argmax(dim=0)[nearest] == rows) & (likeness[rows, nearest] > 0)
    right = int(truth.same[0][rows[kept], nearest[kept]].sum())
    return torch.tensor(2 * right / max(1, int(kept.sum()) + int(truth.same.sum())), device=likeness.device)
