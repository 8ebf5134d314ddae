"""Folders of small pictures, and libraries of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import lookalike
from lookalike import Library

Draw = Callable[..., Path]


def noise(seed: int, size: tuple[int, int] = (64, 48)) -> Image.Image:
    """Coarse coloured noise: each seed another picture."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Five different pictures: 0.png to 4.png."""
    photos = tmp_path / "photos"
    photos.mkdir()
    for seed in range(5):
        noise(seed).save(photos / f"{seed}.png")
    return photos


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """An empty one."""
    with lookalike.open(tmp_path / "library") as opened:
        yield opened


@pytest.fixture
def filled(library: Library, folder: Path) -> Library:
    """With the five pictures, by their hashes alone, which is quick."""
    library.index(folder, describers=["phash", "histogram"])
    return library


@pytest.fixture
def of_classes(library: Library, tmp_path: Path) -> Library:
    """Pictures of eight hues, six of each with noise of their own: colours tell the classes, outlines do not."""
    rng = np.random.default_rng(0)
    for hue in range(8):
        folder = tmp_path / "hues" / f"hue {hue}"
        folder.mkdir(parents=True)
        for number in range(6):
            noise = rng.integers(0, 90, (12, 16, 3), np.uint8)
            pixels = Image.fromarray(noise, "RGB").resize((96, 72)).convert("HSV")
            h, _, v = pixels.split()
            shade = hue * 14 + int(rng.integers(-6, 7))
            h = h.point(lambda _, shade=shade: shade)
            Image.merge("HSV", (h, h.point(lambda _: 200), v.point(lambda x: x + 120))).convert("RGB").save(
                folder / f"{number}.png"
            )
    library.index(tmp_path / "hues", describers=["histogram", "phash"], local=False, planes=False)
    return library
