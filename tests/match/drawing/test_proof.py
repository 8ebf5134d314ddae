from __future__ import annotations

import cv2
import numpy as np
import skimage.data

from lookalike.match.drawing.proof import SIDE, proof
from lookalike.types import Picture

PIXELS = skimage.data.chelsea()


def picture(pixels: np.ndarray) -> Picture:
    return Picture(np.ascontiguousarray(pixels), (pixels.shape[1], pixels.shape[0]))


def test_a_copy_laid_where_it_belongs_cannot_be_told_from_what_is_below() -> None:
    whole, part = picture(PIXELS), picture(PIXELS[60:260, 90:390])
    there = np.array([[1, 0, 90], [0, 1, 60], [0, 0, 1.0]])
    height = round(SIDE * PIXELS.shape[0] / PIXELS.shape[1])
    sheet = proof(part, whole, there)[:height]
    laid, below = sheet[:, :SIDE].astype(int), sheet[:, -SIDE:].astype(int)
    left, top, right, bottom = (round(one * SIDE / PIXELS.shape[1]) for one in (90, 60, 390, 260))
    inside = np.abs(laid - below)[top + 4 : bottom - 4, left + 4 : right - 4]
    assert inside.mean() < 6
    misplaced = proof(part, whole, there + np.array([[0, 0, 12], [0, 0, 0], [0, 0, 0]]))[:height].astype(int)
    shifted = np.abs(misplaced[:, :SIDE] - misplaced[:, -SIDE:])[top + 4 : bottom - 4, left + 16 : right - 4]
    assert shifted.mean() > 2 * inside.mean()


def test_a_mirrored_picture_and_one_of_another_size_are_laid_over_too() -> None:
    mirrored = picture(cv2.resize(PIXELS[:, ::-1], (902, 600), interpolation=cv2.INTER_CUBIC))
    scale = PIXELS.shape[1] / 902
    there = np.array([[-scale, 0, PIXELS.shape[1] - 0.5 - scale / 2], [0, scale, scale / 2 - 0.5], [0, 0, 1.0]])
    height = round(SIDE * PIXELS.shape[0] / PIXELS.shape[1])
    sheet = proof(mirrored, picture(PIXELS), there)[:height].astype(int)
    assert np.abs(sheet[:, :SIDE] - sheet[:, -SIDE:])[6:-6, 6:-6].mean() < 6
