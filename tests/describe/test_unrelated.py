"""Photos that have nothing to do with each other score 0, whatever compares them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import skimage
import sklearn
from PIL import Image

from lookalike.describe import DESCRIBERS
from lookalike.index.similarity import similarity
from lookalike.protocols import Describer, Fittable
from lookalike.search.ranking.channels import Channel
from lookalike.types import Picture

IN_SKIMAGE = ("astronaut.png", "chelsea.png", "coffee.png", "motorcycle_left.png", "rocket.jpg")
IN_SKLEARN = ("china.jpg", "flower.jpg")


@pytest.fixture(scope="module")
def views() -> list[list[Picture]]:
    """Of each of seven photos all of it, and its quarters."""
    files = [Path(skimage.__file__).parent / "data" / name for name in IN_SKIMAGE]
    files += [Path(sklearn.__file__).parent / "datasets" / "images" / name for name in IN_SKLEARN]
    return [views_of(file) for file in files]


def views_of(file: Path) -> list[Picture]:
    with Image.open(file) as image:
        pixels = np.asarray(image.convert("RGB"))
    down, across = pixels.shape[0] // 2, pixels.shape[1] // 2
    quarters = [pixels[y : y + down, x : x + across] for y in (0, down) for x in (0, across)]
    return [Picture(np.ascontiguousarray(view), view.shape[1::-1]) for view in (pixels, *quarters)]


def learned(describer: Describer, pictures: Sequence[Picture]) -> Describer:
    if not isinstance(describer, Fittable) or describer.fitted is not None:
        return describer
    return describer.fit(np.concatenate([describer.seen.describe([picture]) for picture in pictures]))


@pytest.mark.parametrize("name", list(DESCRIBERS))
def test_the_median_stranger_scores_0_and_three_of_four_hardly_more(name: str, views: list[list[Picture]]) -> None:
    pictures = [view for photo in views for view in photo]
    describer = learned(DESCRIBERS.make(name), pictures)
    rows = np.concatenate([describer.describe([picture]) for picture in pictures])
    photo = np.repeat(np.arange(len(views)), [len(photo) for photo in views])
    strangers = photo[:, None] < photo
    scores = Channel(describer, 1.0).alike(similarity(describer.space, rows, rows))
    assert np.median(scores[strangers]) <= 0.02
    assert np.quantile(scores[strangers], 0.75) <= 0.18
    np.testing.assert_allclose(np.diagonal(scores), 1, atol=1e-4)
