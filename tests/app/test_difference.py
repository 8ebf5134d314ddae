"""`lookalike compare --draw-difference`, as a user runs it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image


def scene(seed: int) -> Image.Image:
    """Coarse coloured noise with sharp dots on it."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(60, 200, (12, 16, 3), np.uint8)
    pixels = np.array(Image.fromarray(coarse).resize((480, 360), Image.Resampling.BICUBIC))
    for x, y in rng.integers(10, 350, (150, 2)):
        pixels[y : y + 5, x : x + 5] = rng.integers(0, 256, 3)
    return Image.fromarray(pixels)


def test_places_that_differ_are_drawn(program, tmp_path: Path) -> None:
    first, second = tmp_path / "a.png", tmp_path / "b.png"
    scene(0).save(first)
    other = scene(0)
    other.paste(scene(1).crop((0, 0, 90, 80)), (200, 100))
    other.save(second)
    done = program("compare", first, second, "--draw-difference", tmp_path / "drawn.png", "--json")
    assert done.code == 0
    assert done.document["differs"]
    with Image.open(tmp_path / "drawn.png") as drawn:
        assert drawn.format == "PNG"


def test_pictures_that_nothing_aligns_are_compared_all_the_same(program, tmp_path: Path) -> None:
    first, second = tmp_path / "a.png", tmp_path / "b.png"
    scene(0).save(first)
    scene(1).save(second)
    done = program("compare", first, second, "--draw-difference", tmp_path / "drawn.png", "--json")
    assert done.code == 1
    assert done.document["relation"] == "similar"
    assert "drawn.png was not drawn: nothing aligns the two pictures" in done.err
    assert not (tmp_path / "drawn.png").exists()
