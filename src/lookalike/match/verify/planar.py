"""One geometry for many matches, or none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import ClassVar, Final, Literal

import numpy as np
from numpy.typing import NDArray

from lookalike.match.verify.estimators import SAMPLE
from lookalike.match.verify.frames import Framed, framed, in_px, of_matches
from lookalike.match.verify.guided_matching import rematched
from lookalike.match.verify.hough_voting import supported
from lookalike.match.verify.hypotheses import agreed, proposed, refined
from lookalike.match.verify.inliers import agree, placed
from lookalike.match.verify.nfa import as_probability, crowded, evenly, log_chance
from lookalike.match.verify.plausibility import is_plausible
from lookalike.types import Geometry, GeometryKind, LocalFeatures, Matches, Matrix

LEAST: Final = 4
"""Matches that a geometry rests on."""
DECIDED: Final = -60.0
"""Natural logarithm of a chance that need not be beaten."""
OUT_OF_THE_QUESTION: Final = -100.0
"""Natural logarithm of a chance that excuses a strange model."""


@dataclass(frozen=True, eq=False)
class _Found:
    kind: GeometryKind
    model: Matrix
    agreeing: NDArray[np.bool_]
    log_chance: float


@dataclass(frozen=True)
class Planar:
    """The similarity, affine map or homography that chance explains least.

    Single matches propose similarities by their pose; where that finds nothing, MAGSAC++ seeks consensus.
    """

    name: ClassVar[str] = "planar"
    revision: ClassVar[int] = 2
    source: ClassVar[str] = "Moisan & Stival, IJCV 2004; Barath et al., MAGSAC++, CVPR 2020"

    kinds: tuple[Literal["similarity", "affine", "homography"], ...] = ("similarity", "affine", "homography")
    tolerance: float = 0.008
    """Share of the longer side that a match may lie from where the model puts it."""
    chance: float = 1e-6
    """The most that `nfa` may be."""
    proposals: int = 4
    """Single matches whose pose is followed up."""
    guided: bool = False
    """Whether a model that was found is fitted to matches sought under it."""
    iterations: int = 500
    """Iterations of consensus."""
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.kinds or not 0 < self.tolerance < 1 or not 0 < self.chance <= 1 or self.iterations < 1:
            raise ValueError("kinds is not empty, tolerance and chance are above 0 and at most 1, iterations 1 or more")

    def verify(
        self, a: LocalFeatures, b: LocalFeatures, matches: Matches, *, mirrored: bool = False
    ) -> Geometry | None:
        """With `mirrored`, the descriptors of a are those of its mirror image, and only models that mirror count."""
        if len(matches) < LEAST:
            return None
        ends_a, ends_b = of_matches(a, b, matches)
        found = self._best(ends_a, ends_b, framed(b.keypoints), mirrored)
        if found is None or as_probability(found.log_chance) > self.chance:
            return None
        model = self._guided(found, a, b, matches[found.agreeing]) if self.guided else found.model
        inliers = agree(model, ends_a, ends_b, self.tolerance)
        median_error = float(np.median(placed(model, ends_a.at[inliers], ends_b.at[inliers])))
        in_pictures = in_px(model, a.keypoints.size, b.keypoints.size)
        return Geometry(found.kind, in_pictures, inliers, as_probability(found.log_chance), mirrored, median_error)

    def _best(self, a: Framed, b: Framed, all_b: Framed, mirrored: bool) -> _Found | None:
        """Model that chance explains least, weighed at last with the keypoints of b where they are."""
        models = self._models(a, b, mirrored)
        if models is None:
            return None
        place = evenly(all_b, self.tolerance)
        best: _Found | None = None
        for kind, model in models:
            best = self._weighed(kind, model, a, b, place, mirrored, best) or best
            if best is not None and best.log_chance < DECIDED and kind == self.kinds[-1]:
                break
        if best is None:
            return None
        place = crowded(best.model, a, best.agreeing, all_b, self.tolerance)
        return self._weighed(best.kind, best.model, a, b, place, mirrored)

    def _models(self, a: Framed, b: Framed, mirrored: bool) -> Iterator[tuple[GeometryKind, Matrix]] | None:
        """Models to weigh; None where poses are known and no single one has `LEAST` matches behind it.

        Of 4,563 pairs that had fewer none came to a geometry by way of consensus (docs/decisions/0031).
        """
        proposals = supported(a, b, self.tolerance, count=self.proposals, mirrored=mirrored)
        if a.heading is not None and max(map(len, proposals), default=0) < LEAST:
            return None
        by_pose = proposed(self.kinds, a, b, self.tolerance, proposals)
        kinds = self.kinds if a.heading is None else self.kinds[-1:]
        return chain(by_pose, agreed(kinds, a, b, self.tolerance, iterations=self.iterations, seed=self.seed))

    def _weighed(
        self,
        kind: GeometryKind,
        model: Matrix,
        a: Framed,
        b: Framed,
        place: float,
        mirrored: bool,
        best: _Found | None = None,
    ) -> _Found | None:
        """None where it is not plausible, or where chance explains it as well as the `best`."""
        agreeing = agree(model, a, b, self.tolerance)
        if agreeing.sum() < max(LEAST, SAMPLE[kind] + 1):
            return None
        chance = log_chance(model, a, b, agreeing, SAMPLE[kind], place)
        if best is not None and chance >= best.log_chance:
            return None
        if not is_plausible(
            model, a.at[agreeing], b.at[agreeing], mirrored=mirrored, proved=chance < OUT_OF_THE_QUESTION
        ):
            return None
        return _Found(kind, model, agreeing, chance)

    def _guided(self, found: _Found, a: LocalFeatures, b: LocalFeatures, known: Matches) -> Matrix:
        """Fitted to all features that the model brings together, unless fewer of the known matches then agree."""
        more = rematched(found.model, a, b, known, self.tolerance)
        fitted = refined(found.kind, found.model, *of_matches(a, b, more), self.tolerance)
        if fitted is None or agree(fitted, *of_matches(a, b, known), self.tolerance).sum() < len(known):
            return found.model
        return fitted
