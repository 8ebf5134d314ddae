"""Places that differ are boxed each by its own strength, and small ones are seen beside much that agrees."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image

from lookalike.evaluate.near_misses import Photos, difference_boxes, family
from lookalike.evaluate.near_misses.worn import WEARS
from lookalike.match.difference.comparison import Comparison, compare_pixels
from lookalike.match.difference.residual import residual
from lookalike.pixels.augment.light import compressed
from lookalike.pixels.decode import decode
from lookalike.pixels.resize import scaling
from lookalike.types import Box, Picture, Pixels

INK = (20, 20, 20)
GROUND = (236, 229, 221)


def compared(a: Pixels, b: Pixels) -> Comparison:
    """As wholes."""
    one, other = (Picture(np.ascontiguousarray(each), (each.shape[1], each.shape[0])) for each in (a, b))
    told = compare_pixels(one, other, scaling(other.size, one.size))
    assert told is not None
    return told


def covered(boxes: list[Box], size: tuple[int, int]) -> np.ndarray:
    """(h, w) what lies in a box."""
    mask = np.zeros((size[1], size[0]), bool)
    for x, y, w, h in boxes:
        mask[round(y) : round(y + h), round(x) : round(x + w)] = True
    return mask


def message(word: str, wide: int) -> Pixels:
    """A chat in which one balloon, pale on a pale ground, ends after its word."""
    page = np.full((520, 640, 3), GROUND, np.uint8)
    for row in range(5):
        y = 30 + 96 * row
        right = wide if row == 2 else 330 + 40 * row
        cv2.rectangle(page, (30, y), (right, y + 70), (255, 255, 255), cv2.FILLED)
        words = f"where is {word}" if row == 2 else f"answer number {row}"
        cv2.putText(page, words, (44, y + 42), cv2.FONT_HERSHEY_SIMPLEX, 0.8, INK, 2, cv2.LINE_AA)
    return page


def planner(bars: list[tuple[int, int, tuple[int, int, int]]]) -> Pixels:
    """White paper with a grid and coloured bars in some of its cells."""
    page = np.full((480, 640, 3), 255, np.uint8)
    for at in range(8):
        cv2.line(page, (40 + 80 * at, 40), (40 + 80 * at, 440), (215, 215, 215), 1)
        cv2.line(page, (40, 40 + 57 * at), (600, 40 + 57 * at), (215, 215, 215), 1)
        cv2.putText(page, f"day {at}", (44, 30), cv2.FONT_HERSHEY_SIMPLEX, 0.4, INK, 1, cv2.LINE_AA)
    for column, row, colour in bars:
        x, y = 44 + 80 * column, 62 + 57 * row
        cv2.rectangle(page, (x, y), (x + 72, y + 24), colour, cv2.FILLED)
    return page


@pytest.mark.parametrize("quality", [None, 85])
def test_a_pale_difference_beside_a_strong_one_is_boxed_as_well(quality: int | None) -> None:
    a, b = message("the key", 300), message("everybody", 360)
    true = covered(list(difference_boxes((a,), (b,))), (640, 520))
    if quality is not None:
        a, b = compressed(a, quality), compressed(b, quality)
    told = compared(a, b)
    assert told.verdict == "variant"
    boxed = covered([each.box_b for each in told.differs], (640, 520))
    assert (boxed & true).sum() / (boxed | true).sum() > 0.8


def test_a_change_of_light_that_nothing_explains_boxes_no_page() -> None:
    red, blue, green = (220, 60, 50), (60, 130, 245), (15, 145, 80)
    a = planner([(0, 1, red), (2, 3, blue), (5, 2, red), (6, 5, blue), (3, 0, red), (1, 4, blue)])
    b = planner([(1, 1, green), (2, 5, red), (4, 2, green), (6, 0, red), (3, 3, green), (0, 4, blue)])
    true = covered(list(difference_boxes((a,), (b,))), (640, 480))
    told = compared(a, compressed(np.rint(b * 0.82).astype(np.uint8), 88))
    boxed = covered([each.box_b for each in told.differs], (640, 480))
    assert (boxed & true).sum() > 0.8 * true.sum()
    assert boxed.sum() < 2.5 * true.sum()


@pytest.mark.parametrize("wear", ["smaller", "scanned", "lighter"])
def test_one_digit_of_a_screen_full_of_text_makes_no_copy(wear: str) -> None:
    made = family("screen", 302, Photos(()))
    rng = np.random.default_rng(1)
    a, worn = WEARS["saved"](made.base, rng), WEARS[wear](made.variants[0], rng)
    one, other = (decode(each.data).picture for each in (a, worn))
    told = compare_pixels(one, other, worn.transform)
    assert told is not None
    assert told.verdict == "variant"
    x, y, w, h = worn.box(difference_boxes(made.base, made.variants[0])[0])
    assert any(
        box[0] < x + w and x < box[0] + box[2] and box[1] < y + h and y < box[1] + box[3]
        for box in (each.box_b for each in told.differs)
    )


@pytest.mark.parametrize("wear", ["smaller", "scanned", "lighter"])
def test_the_same_screen_worn_alike_is_a_copy(wear: str) -> None:
    made = family("screen", 302, Photos(()))
    rng = np.random.default_rng(1)
    a, worn = WEARS["saved"](made.base, rng), WEARS[wear](made.base, rng)
    one, other = (decode(each.data).picture for each in (a, worn))
    told = compare_pixels(one, other, worn.transform)
    assert told is not None
    assert (told.verdict, told.differs) == ("copy", ())


@pytest.mark.parametrize(
    "kind",
    ["form", "document", "receipt", "calendar", "qr", "ean", "chart", "map", "chat", "control", "chess", "go"],
)
def test_the_smallest_difference_of_a_drawn_kind_makes_no_copy(kind: str) -> None:
    made = family(kind, 900, Photos(()))
    rng = np.random.default_rng(2)
    saved = [WEARS["saved"](frames, rng) for frames in (made.base, made.variants[0])]
    one, other = (decode(each.data).picture for each in saved)
    told = compare_pixels(one, other, np.eye(3))
    assert told is None or told.verdict not in ("copy", "part")


def test_noise_that_goes_by_the_contrast_is_nothing_unlike() -> None:
    """A grating that one shows sharper than the other has something left in every window, other stripes in some."""
    from lookalike.match.difference.overlap import overlap

    x = np.arange(400)
    page = np.repeat(np.repeat((128 + 90 * np.sign(np.sin(x / 3)))[None], 300, axis=0)[..., None], 3, axis=2)
    a = page.astype(np.uint8)
    b = np.array(Image.fromarray(cv2.GaussianBlur(a, (0, 0), 1.0)))
    changed = b.copy()
    changed[100:112, 200:212] = b[100:112, 205:217]
    for other, some in ((b, False), (changed, True)):
        one, two = (Picture(each, (400, 300)) for each in (a, other))
        found = overlap(one, two, np.eye(3), 1e6)
        assert found is not None
        assert residual(found, shift=False, toned=False, sharpen=False).unlike.any() == some
