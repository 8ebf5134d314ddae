"""Where two pictures differ, drawn: both side by side, paled, and what differs in full colour in a numbered frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from lookalike.describe.drawing import GAP, PAPER, fit
from lookalike.figures import about, counted
from lookalike.types import Box, Difference, Picture, Pixels

SIDE: Final = 720
"""px of the longer side of each picture."""
PALE: Final = 0.62
"""How far what is the same goes towards white."""
MARGIN: Final = 7
"""px around a place, so that its frame touches nothing of it."""
FEATHER: Final = 2.0
"""px over which full colour fades out."""
TEXT: Final = 0.42
COLOURS: Final = {"content": (214, 40, 57), "colour": (140, 60, 200), "light": (225, 140, 0), "speck": (214, 40, 57)}
LAID: Final = (20, 120, 200)
"""RGB of the frame about what is laid on."""
Row = tuple[Pixels, Sequence[Box]]


def draw_difference(query: Picture, hit: Picture, differs: Sequence[Difference]) -> Pixels:
    """(h, w, 3); the same number stands at the same place of both; largest first."""
    numbered = [(n, each) for n, each in enumerate(differs, 1) if not _is_ground(each)]
    left = _marked(query, [(n, each, each.query_box) for n, each in numbered])
    right = _marked(hit, [(n, each, each.box) for n, each in numbered])
    height = max(left.shape[0], right.shape[0])
    gap = np.full((height, GAP, 3), PAPER, np.uint8)
    beside = np.concatenate([_filled(left, height), gap, _filled(right, height)], axis=1)
    return np.asarray(np.concatenate([beside, _legend(beside.shape[1], differs)]), np.uint8)


def _marked(picture: Picture, places: Sequence[tuple[int, Difference, Box]]) -> Pixels:
    """The picture in pale grey, each place in its colours within a frame that bears its number."""
    size = fit(picture.size, SIDE)
    shrinks = size[0] < picture.pixels.shape[1]
    shown = cv2.resize(picture.pixels, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
    grey = cv2.cvtColor(cv2.cvtColor(shown, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB).astype(np.float32)
    factor = np.array([size[0] / picture.size[0], size[1] / picture.size[1]])
    frames = [(n, each, _around(box, factor, size)) for n, each, box in places]
    clear = np.zeros((size[1], size[0]), np.float32)
    for _, _, (x, y, right, bottom) in frames:
        clear[y:bottom, x:right] = 1
    clear = cv2.GaussianBlur(clear, (0, 0), FEATHER)[..., None]
    sheet = np.asarray(clear * shown + (1 - clear) * (PALE * 255 + (1 - PALE) * grey), np.uint8)
    for number, each, (x, y, right, bottom) in frames:
        colour = LAID if each.kind.startswith("laid") else COLOURS[each.kind]
        cv2.rectangle(sheet, (x, y), (right - 1, bottom - 1), (255, 255, 255), 4, cv2.LINE_AA)
        cv2.rectangle(sheet, (x, y), (right - 1, bottom - 1), colour, 2, cv2.LINE_AA)
        _label(sheet, str(number), (x, y), colour)
    return sheet


def _around(box: Box, factor: NDArray[np.float64], size: tuple[int, int]) -> tuple[int, int, int, int]:
    """px of the sheet from left, top to right, bottom."""
    (left, top), (right, bottom) = np.array(box[:2]) * factor, (np.array(box[:2]) + box[2:]) * factor
    return (
        max(0, int(left) - MARGIN),
        max(0, int(top) - MARGIN),
        min(size[0], int(np.ceil(right)) + MARGIN),
        min(size[1], int(np.ceil(bottom)) + MARGIN),
    )


def _label(sheet: Pixels, words: str, corner: tuple[int, int], colour: tuple[int, int, int]) -> None:
    """Above the frame where there is room, else within it."""
    (width, height), _ = cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, TEXT, 1)
    x, y = corner
    top = y - height - 7 if y >= height + 7 else y
    cv2.rectangle(sheet, (x, top), (x + width + 7, top + height + 7), colour, cv2.FILLED)
    cv2.putText(
        sheet, words, (x + 4, top + height + 3), cv2.FONT_HERSHEY_SIMPLEX, TEXT, (255, 255, 255), 1, cv2.LINE_AA
    )


def _filled(pixels: Pixels, height: int) -> Pixels:
    """With paper above and below, in the middle of that height."""
    above = (height - pixels.shape[0]) // 2
    return np.asarray(
        cv2.copyMakeBorder(
            pixels, above, height - pixels.shape[0] - above, 0, 0, cv2.BORDER_CONSTANT, value=(PAPER,) * 3
        ),
        np.uint8,
    )


def _legend(width: int, differs: Sequence[Difference]) -> Pixels:
    """One line: in how many places, and how much of what both show."""
    line = np.full((30, width, 3), PAPER, np.uint8)
    cv2.putText(line, said(differs), (4, 20), cv2.FONT_HERSHEY_SIMPLEX, TEXT + 0.06, (60, 60, 60), 1, cv2.LINE_AA)
    return line


def said(differs: Sequence[Difference]) -> str:
    """How much differs, in words; a ground is no place."""
    places = [each for each in differs if not _is_ground(each)]
    grounds = [f"the {each.kind} is another" for each in differs if _is_ground(each)]
    share = sum(each.share for each in places)
    told = f"differs in {counted(len(places), 'place')}, {about(share)} of what both show" if places else ""
    return ", ".join([told, *grounds] if told else grounds) or "nothing differs"


def _is_ground(place: Difference) -> bool:
    return place.kind.startswith("ground")
