"""A picture that is asked about, at the sides that describers want."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lookalike.pixels.decode import decode
from lookalike.search.query.source import sample
from lookalike.types import Picture


@pytest.mark.parametrize(("ending", "times"), [("png", 1), ("jpg", 3)])
def test_what_is_never_decoded_at_a_fraction_is_decoded_and_held_once(tmp_path: Path, ending: str, times: int) -> None:
    file = tmp_path / f"photo.{ending}"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (400, 300, 3), dtype=np.uint8)).save(file)
    asked: list[int | None] = []
    view = sample(file, decode=counting(asked))
    pictures = [view.picture(side) for side in (32, 128, None, 32)]
    assert len(asked) == times
    for side, picture in zip((32, 128, None, 32), pictures, strict=True):
        np.testing.assert_array_equal(picture.pixels, decode(file.read_bytes(), min_side=side).picture.pixels)


def counting(asked: list[int | None]) -> Callable[[bytes, int | None], Picture]:
    def decoded(data: bytes, min_side: int | None) -> Picture:
        asked.append(min_side)
        return decode(data, min_side=min_side).picture

    return decoded
