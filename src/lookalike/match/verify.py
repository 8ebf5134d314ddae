"""One geometry for many matches, or none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

import numpy as np
from numpy.typing import NDArray

from lookalike.match.agree import agree
from lookalike.match.chance import as_probability, log_chance, log_p_agree, log_p_even
from lookalike.match.distinct import distinct
from lookalike.match.estimate import SAMPLE, consensus, least_squares
from lookalike.match.frame import Framed, framed, in_px, of_matches
from lookalike.match.guided import rematched
from lookalike.match.propose import supported
from lookalike.match.sound import sound
from lookalike.types import Geometry, GeometryKind, LocalFeatures, Matches, Matrix

PLANAR: Final[tuple[GeometryKind, ...]] = ("similarity", "affine", "homography")
LEAST: Final = 4
"""Matches at different places that a geometry rests on."""
DECIDED: Final = -60.0
"""Natural logarithm of a chance that need not be beaten."""
TIGHTER: Final = (4.0, 2.0, 1.4, 1.0, 1.0)
"""Times the tolerance, from round to round."""


@dataclass(frozen=True, eq=False)
class _Found:
    kind: GeometryKind
    model: Matrix
    agreeing: NDArray[np.bool_]
    log_chance: float


@dataclass(frozen=True)
class Planar:
    """The similarity, affine map or homography that chance explains least."""

    name: ClassVar[str] = "planar"
    revision: ClassVar[int] = 1
    source: ClassVar[str] = "Moisan & Stival, IJCV 2004; Barath et al., MAGSAC++, CVPR 2020"

    kinds: tuple[Literal["similarity", "affine", "homography"], ...] = ("similarity", "affine", "homography")
    tolerance: float = 0.008
    """Of the longer side, how far a match may lie from where the model puts it."""
    chance: float = 1e-4
    """The most that `p_chance` may be."""
    proposals: int = 4
    """Single matches whose pose is followed up."""
    guided: bool = True
    """Whether a model that was found is fitted to matches sought under it."""
    iterations: int = 500
    """Of consensus."""
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.kinds or not 0 < self.tolerance < 1 or not 0 < self.chance <= 1 or self.iterations < 1:
            raise ValueError("kinds is not empty, tolerance and chance are above 0 and at most 1, iterations 1 or more")

    def verify(
        self, a: LocalFeatures, b: LocalFeatures, matches: Matches, *, mirrored: bool = False
    ) -> Geometry | None:
        """With `mirrored`, the descriptors of a are those of its mirror image, and only models that mirror count."""
        one_each = matches[distinct(a, b, matches, self.tolerance)]
        if len(one_each) < LEAST:
            return None
        ends_a, ends_b = of_matches(a, b, one_each)
        all_b = framed(b.keypoints)
        found = self._best(ends_a, ends_b, log_p_even(all_b, self.tolerance), mirrored)
        if found is None:
            return None
        chance = self._chance(found, ends_a, all_b)
        if chance > self.chance:
            return None
        model = self._guided(found, a, b, one_each[found.agreeing]) if self.guided else found.model
        inliers = agree(model, *of_matches(a, b, matches), self.tolerance)
        return Geometry(found.kind, in_px(model, a.keypoints.size, b.keypoints.size), inliers, chance, mirrored)

    def _guided(self, found: _Found, a: LocalFeatures, b: LocalFeatures, known: Matches) -> Matrix:
        """Fitted to all features that the model brings together, unless fewer of the known matches then agree."""
        more = rematched(found.model, a, b, known, self.tolerance)
        refined = self._refined(found.kind, found.model, *of_matches(a, b, more))
        if refined is None or agree(refined, *of_matches(a, b, known), self.tolerance).sum() < len(known):
            return found.model
        return refined

    def _chance(self, found: _Found, a: Framed, all_b: Framed) -> float:
        """With the keypoints where they are, not evenly spread."""
        agreeing = found.agreeing
        log_p = log_p_agree(found.model, a[agreeing], all_b, self.tolerance)
        return as_probability(log_chance(len(a), int(agreeing.sum()), SAMPLE[found.kind], log_p))

    def _best(self, a: Framed, b: Framed, log_p: float, mirrored: bool) -> _Found | None:
        """What chance explains least; what is beyond doubt ends the search."""
        best: _Found | None = None
        for kind, model in self._models(a, b, mirrored):
            found = self._weighed(kind, model, a, b, log_p, mirrored)
            if found is not None and (best is None or found.log_chance < best.log_chance):
                best = found
            if best is not None and best.log_chance < DECIDED and kind == self.kinds[-1]:
                break
        return best

    def _weighed(
        self, kind: GeometryKind, model: Matrix, a: Framed, b: Framed, log_p: float, mirrored: bool
    ) -> _Found | None:
        agreeing = agree(model, a, b, self.tolerance)
        count = int(agreeing.sum())
        if count < max(LEAST, SAMPLE[kind] + 1):
            return None
        if not sound(model, a.at[agreeing], b.at[agreeing], mirrored=mirrored):
            return None
        return _Found(kind, model, agreeing, log_chance(len(a), count, SAMPLE[kind], log_p))

    def _models(self, a: Framed, b: Framed, mirrored: bool) -> Iterator[tuple[GeometryKind, Matrix]]:
        """What poses propose, step by step freer, and what consensus finds."""
        for rows in supported(a, b, self.tolerance, count=self.proposals, mirrored=mirrored):
            model = least_squares("similarity", a.at[rows], b.at[rows])
            for kind in self.kinds:
                freer = None if model is None else self._refined(kind, model, a, b)
                if freer is not None:
                    yield kind, freer
                    model = freer
        kind = self.kinds[-1]
        model = consensus(kind, a.at, b.at, self.tolerance, iterations=self.iterations, seed=self.seed)
        freer = None if model is None else self._refined(kind, model, a, b)
        if freer is not None:
            yield kind, freer

    def _refined(self, kind: GeometryKind, model: Matrix, a: Framed, b: Framed) -> Matrix | None:
        """`kind` fitted to what agrees, ever closer."""
        for times in TIGHTER:
            near = agree(model, a, b, times * self.tolerance)
            if near.sum() < SAMPLE[kind]:
                return None
            fitted = least_squares(kind, a.at[near], b.at[near])
            if fitted is None or abs(np.linalg.det(fitted)) < 1e-12:
                return None
            model = fitted
        return model
