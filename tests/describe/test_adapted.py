from __future__ import annotations

import cv2
import numpy as np
import pytest
import skimage.data

from lookalike.describe.adapted import Adapted
from lookalike.describe.convnet import ConvNet
from lookalike.errors import NotFitted
from lookalike.types import Picture


@pytest.fixture
def drawn() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    rows = np.abs(rng.normal(size=(9, 1280)))
    unit = np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)
    return unit, unit.mean(axis=0), np.asarray(rng.normal(size=(1280, 30)), np.float32)


def test_rows_are_mapped_and_of_unit_norm(drawn: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    rows, mean, matrix = drawn
    describer = Adapted.of(mean, matrix, share=0.25, unrelated=0.125)
    mapped = (rows - mean) @ matrix
    assert np.allclose(describer.of_rows(rows), mapped / np.linalg.norm(mapped, axis=1, keepdims=True), atol=1e-5)
    assert (describer.space.dim, describer.share, describer.unrelated) == (30, 0.25, 0.125)


def test_a_picture_is_described_by_its_row_of_the_network(drawn: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    describer = Adapted.of(drawn[1], drawn[2], share=0.5, unrelated=0.1)
    pixels = np.random.default_rng(1).integers(0, 255, (80, 90, 3), np.uint8)
    seen = ConvNet().describe([Picture(pixels, (90, 80))])
    assert np.allclose(describer.describe([Picture(pixels, (90, 80))]), describer.of_rows(seen), atol=1e-5)


def test_heat_maps_lie_on_the_half_that_two_pictures_share(drawn: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    """A cat beside grass, and gravel beside the cat: with all directions kept, the halves with the cat agree."""
    cat = cv2.resize(skimage.data.chelsea()[20:280, 100:360], (150, 300))
    grass, gravel = (
        cv2.cvtColor(cv2.resize(getattr(skimage.data, name)(), (150, 300)), cv2.COLOR_GRAY2RGB)
        for name in ("grass", "gravel")
    )
    describer = Adapted.of(np.zeros(1280, np.float32), np.eye(1280, dtype=np.float32), share=0.5, unrelated=0.2)
    first, second = (np.ascontiguousarray(np.hstack(halves)) for halves in ((cat, grass), (gravel, cat)))
    pictures = [Picture(pixels, (300, 300)) for pixels in (first, second)]
    rows = describer.describe(pictures)
    of_first, of_second = describer.near(pictures[0], rows[1]), describer.near(pictures[1], rows[0])
    assert of_first.sum() == pytest.approx(1)
    assert of_first[:, :3].sum() > 0.6
    assert of_second[:, 4:].sum() > 0.6
    told = describer.explain(*pictures)
    assert told.picture is not None
    assert told.line.startswith("What both show agrees by")


def test_before_adapt_it_says_what_to_do() -> None:
    with pytest.raises(NotFitted, match="lookalike adapt"):
        Adapted().of_rows(np.zeros((1, 1280), np.float32))


@pytest.mark.parametrize(("shape", "share"), [((1279, 3), 0.5), ((1280, 3), -0.1), ((1280, 3), 1.5)])
def test_a_map_that_does_not_fit_is_refused(shape: tuple[int, int], share: float) -> None:
    with pytest.raises(ValueError, match="1280"):
        Adapted.of(np.zeros(1280, np.float32), np.zeros(shape, np.float32), share=share, unrelated=0.0)
