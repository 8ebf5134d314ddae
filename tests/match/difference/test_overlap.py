"""Two pictures laid over each other on one grid."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from lookalike.match.difference.overlap import overlap
from lookalike.types import Picture, Pixels

WIDTH, HEIGHT = 90, 60
NOISE: Pixels = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
WHOLE: dict[str, tuple[Callable[[Pixels], Pixels], list[list[float]]]] = {
    "as it is": (lambda b: b, [[1, 0, 0], [0, 1, 0], [0, 0, 1]]),
    "mirrored": (lambda b: b[:, ::-1], [[-1, 0, WIDTH - 1], [0, 1, 0], [0, 0, 1]]),
    "turned": (lambda b: np.rot90(b, 2), [[-1, 0, WIDTH - 1], [0, -1, HEIGHT - 1], [0, 0, 1]]),
    "on its side": (lambda b: np.rot90(b), [[0, -1, WIDTH - 1], [1, 0, 0], [0, 0, 1]]),
    "nearly as it is": (lambda b: b, [[1, 0, 0.01], [0, 1, -0.01], [0, 0, 1]]),
}


@pytest.mark.parametrize("name", WHOLE)
def test_px_that_fall_on_px_stay_as_they_are(name: str) -> None:
    seen_as, to_b = WHOLE[name]
    a = np.ascontiguousarray(seen_as(NOISE))
    one, other = (Picture(pixels, (pixels.shape[1], pixels.shape[0])) for pixels in (a, NOISE))
    found = overlap(one, other, np.array(to_b, np.float64), 1e6)
    assert found is not None
    assert found.both.all()
    assert np.array_equal(found.a, found.b)


def test_px_between_px_are_mixed() -> None:
    picture = Picture(NOISE, (WIDTH, HEIGHT))
    found = overlap(picture, picture, np.array([[1, 0, 0.5], [0, 1, 0], [0, 0, 1]]), 1e6)
    assert found is not None
    assert not np.array_equal(found.a, found.b)
