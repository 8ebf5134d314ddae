"""A picture as a sum: principal components of its own patches [Turk & Pentland, Eigenfaces, 1991, on patches]."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.describe.drawing import captioned, fit, in_rows, stacked_up
from lookalike.describe.parts import part, sheet
from lookalike.figures import percent
from lookalike.pixels.colour import rgb_of_grey
from lookalike.pixels.planes import grey
from lookalike.search.show.drawing import Drawing
from lookalike.types import Picture, Pixels

PATCH: Final = 8
"""px of a patch, each way."""
KEPT: Final = (1, 4, 16)
"""Parts of which the picture is put together."""
SIDE: Final = 300
"""px of each drawing."""


def parts(picture: Picture) -> Drawing:
    """The picture put together of 1, 4 and 16 parts a patch, and the 16 parts, the most frequent first."""
    light = _light(picture)
    patches = _cut(light)
    mean = patches.mean(axis=0)
    _, spreads, axes = np.linalg.svd(patches - mean, full_matrices=False)
    axes = axes * np.where(axes.sum(axis=1, keepdims=True) < 0, -1, 1)  # the sign of a part is arbitrary
    tiles = [captioned(_shown(light), "the picture")]
    for count in KEPT:
        kept = axes[:count]
        rebuilt = _joined((patches - mean) @ kept.T @ kept + mean, light.shape)
        tiles.append(captioned(_shown(rebuilt), f"of {count} part{'s' * (count > 1)} a patch"))
    total = max(float((spreads**2).sum()), 1e-12)
    shares = [f"{count}: {percent(float((spreads[:count] ** 2).sum()) / total, 0)}" for count in KEPT]
    line = (
        f"Of what differs between its {len(patches)} patches of {PATCH} x {PATCH} px, parts keep {', '.join(shares)}."
    )
    return Drawing(line, stacked_up([in_rows(tiles, 2), sheet([part(axis) for axis in axes[: KEPT[-1]]])]))


def _light(picture: Picture) -> NDArray[np.float64]:
    """(h, w) in [0, 1], both sides multiples of a patch and no less than two of them."""
    width, height = (max(2, side // PATCH) * PATCH for side in fit(picture.size, SIDE))
    return np.asarray(cv2.resize(grey(picture), (width, height), interpolation=cv2.INTER_AREA) / 255, np.float64)


def _cut(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, PATCH^2) patches side by side, row by row."""
    rows, columns = light.shape[0] // PATCH, light.shape[1] // PATCH
    return light.reshape(rows, PATCH, columns, PATCH).swapaxes(1, 2).reshape(rows * columns, PATCH**2)


def _joined(patches: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float64]:
    """The inverse of `_cut`."""
    rows, columns = shape[0] // PATCH, shape[1] // PATCH
    return patches.reshape(rows, columns, PATCH, PATCH).swapaxes(1, 2).reshape(shape)


def _shown(light: NDArray[np.float64]) -> Pixels:
    return rgb_of_grey(np.clip(np.rint(255 * light), 0, 255).astype(np.uint8))
