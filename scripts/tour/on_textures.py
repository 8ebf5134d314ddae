"""What is the surface like?"""

from __future__ import annotations

from functools import cache

import numpy as np
from pictures import part, photo, turned

from lookalike.describe.gabor import GaborStatistics
from lookalike.describe.gist import Gist
from lookalike.describe.glcm import GreyLevelCooccurrence
from lookalike.describe.hog import OrientedGradients
from lookalike.describe.lbp import LocalBinaryPatterns
from lookalike.describe.tamura import Tamura
from lookalike.describe.textons import Textons
from lookalike.types import Explanation, Picture

TILE = 256
"""px of the parts of a surface that are compared."""


def lawn_and_lawn() -> Explanation:
    """Two parts of one surface."""
    return LocalBinaryPatterns().explain(_surface("grass", 0), _surface("grass", 3))


def wall_and_lawn_by_grain() -> Explanation:
    """Two surfaces."""
    return LocalBinaryPatterns().explain(_surface("brick", 0), _surface("grass", 0))


def gravel_and_lawn() -> Explanation:
    """Two surfaces that it takes for one."""
    return LocalBinaryPatterns().explain(_surface("gravel", 0), _surface("grass", 0))


def stripes() -> Explanation:
    return GaborStatistics().explain(_surface("brick", 0), _surface("gravel", 0))


def textons_of_surfaces() -> Explanation:
    """Learned from other parts of the same surfaces."""
    return _textons().explain(_surface("brick", 0), _surface("grass", 0))


def neighbours() -> Explanation:
    return GreyLevelCooccurrence().explain(_surface("brick", 0), _surface("grass", 0))


def looks_of_a_surface() -> Explanation:
    return Tamura().explain(_surface("brick", 0), _surface("gravel", 0))


def outlines() -> Explanation:
    return OrientedGradients().explain(photo("chelsea"), turned(photo("chelsea"), 8))


def layout_of_a_scene() -> Explanation:
    """The same place, a little further along."""
    rocket = photo("rocket")
    return Gist().explain(part(rocket, (0, 0, 480, 427)), part(rocket, (160, 0, 480, 427)))


def _surface(name: str, quarter: int) -> Picture:
    """One quarter of a photo."""
    down, across = divmod(quarter, 2)
    return part(photo(name), (TILE * across, TILE * down, TILE, TILE))


@cache
def _textons() -> Textons:
    describer = Textons(components=16)
    learned_from = [_surface(name, quarter) for name in ("brick", "grass", "gravel") for quarter in (1, 2, 3)]
    rows = np.concatenate([describer.seen.describe([one]) for one in learned_from])
    return describer.fit(rows)


FIGURES = (
    lawn_and_lawn,
    wall_and_lawn_by_grain,
    gravel_and_lawn,
    stripes,
    textons_of_surfaces,
    neighbours,
    looks_of_a_surface,
    outlines,
    layout_of_a_scene,
)
