"""A describer made of a function: any model that turns pixels into a row of numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from lookalike.errors import BadSetting
from lookalike.registry import digest
from lookalike.types import Picture, Pixels, Space, Vectors


@dataclass(frozen=True, kw_only=True)
class FunctionDescriber:
    """Rows of `function`, each brought to unit L2 norm; a row of zeros stays one and is like nothing.

    `name`, `dim`, `version` and `min_side` tell its vectors from others, since no digest can be taken of a function:
    raise `version` when its output changes.
    """

    revision: ClassVar[int] = 1
    source: ClassVar[str] = "a function of the caller's"

    name: str
    dim: int
    version: str = "1"
    min_side: int = 224
    function: Callable[[Sequence[Pixels]], ArrayLike] = field(compare=False, repr=False)
    compares: str = field(default="what the function tells of them", compare=False)
    unrelated: float = field(default=0.0, compare=False)

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise BadSetting(f"a describer's name is letters, digits and underscores, not {self.name!r}")
        if self.dim < 1 or self.min_side < 1:
            raise BadSetting(f"dim and side must be positive, not {self.dim} and {self.min_side}")
        if not 0 <= self.unrelated < 1:
            raise BadSetting(f"unrelated is a similarity from 0 to below 1, not {self.unrelated}")

    @property
    def space(self) -> Space:
        return Space(self.name, digest(self), self.dim, "cosine")

    def describe(self, pictures: Sequence[Picture]) -> Vectors:
        if not pictures:
            return np.empty((0, self.dim), np.float32)
        rows = np.asarray(self.function([picture.pixels for picture in pictures]), np.float32)
        if rows.shape != (len(pictures), self.dim):
            raise ValueError(f"{self.name} must give ({len(pictures)}, {self.dim}) rows, not {rows.shape}")
        if not np.isfinite(rows).all():
            raise ValueError(f"{self.name} gave rows with values that are not finite")
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.where(norms > 0, norms, 1), np.float32)


def describer(
    function: Callable[[Sequence[Pixels]], ArrayLike],
    *,
    dim: int,
    name: str,
    version: str = "1",
    side: int = 224,
    compares: str = "what the function tells of them",
    unrelated: float = 0.0,
) -> FunctionDescriber:
    """A describer for this session: give it to `lookalike.open`, `Library.index` or `lookalike.compare`.

    `function` takes a list of n arrays (h, w, 3), uint8 sRGB, upright, each of its own size, and gives (n, dim)
    numbers; row i must depend on array i alone. Cosines of rows are compared. Large JPEGs may come smaller, with at
    least `side` px on their shorter side. Raise `version` when the output changes. `compares` completes 'alike in ...',
    and `unrelated` is the median cosine of two unrelated pictures, at which a score of 0 begins. Raises `BadSetting`
    for a name that another describer has.
    """
    from lookalike.describe import DESCRIBERS

    if name in DESCRIBERS:
        raise BadSetting(f"there is a describer {name!r}: give yours another name")
    return FunctionDescriber(
        function=function,
        dim=dim,
        name=name,
        version=version,
        min_side=side,
        compares=compares,
        unrelated=unrelated,
    )
