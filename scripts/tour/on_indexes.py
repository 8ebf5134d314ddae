"""Which pictures are compared at all, where there are too many to compare?"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import cv2
import faiss
import numpy as np
from numpy.typing import NDArray
from pictures import photo, scaled

from lookalike.describe.drawing import in_rows
from lookalike.index.imi import MultiIndex
from lookalike.index.ivf import InvertedFile
from lookalike.index.pq import BITS
from lookalike.types import Explanation, Pixels, Space, Vectors

SIDE: Final = 320
"""px of a plane."""
HALF: Final = 40.0
"""From the middle of a plane to its edge."""
ASKED: Final = np.array([[-6.0, -8.0]], np.float32)
BESIDE: Final = np.array([[8.0, 14.0]], np.float32)
LISTS: Final = 24
PROBES: Final = 4
APART: Final = 6
"""px between two neighbours."""
SHADE: Final = (255, 236, 200)
LINE: Final = (120, 120, 120)
MARK: Final = (200, 30, 30)
SPACE: Final = Space("colours of px", "", 2, "l2")


def lists_of_colours() -> Explanation:
    """Cells around centres; those that a question looks into."""
    rows, _ = _colours()
    index: Any = InvertedFile(LISTS, PROBES).build(SPACE, rows)
    centres = faiss.extract_index_ivf(index.index).quantizer
    asked = centres.search(ASKED, PROBES)[1][0]
    looked_into = int(np.isin(centres.search(rows, 1)[1][:, 0], asked).sum())
    cells = centres.search(_grid(), 1)[1][:, 0].reshape(SIDE, SIDE)
    line = f"Of {len(rows):,} colours the {looked_into} in {PROBES} of {LISTS} lists are compared with the cross."
    return Explanation(line, _asked(_plane(cells, np.isin(cells, asked))))


def pairs_of_lists() -> Explanation:
    """Cells that are pairs of a centre of one column and one of the other, in the order in which they are walked."""
    rows, _ = _colours()
    index: Any = MultiIndex(8, PROBES).build(SPACE, rows)
    pairs = faiss.downcast_index(faiss.extract_index_ivf(index.index).quantizer)
    walked = pairs.search(ASKED, PROBES)[1][0]
    cells = pairs.search(_grid(), 1)[1][:, 0].reshape(SIDE, SIDE)
    looked_into = int(np.isin(pairs.search(rows, 1)[1][:, 0], walked).sum())
    line = f"Twice 8 centres make 64 lists; the {looked_into} colours in the {PROBES} nearest pairs are compared."
    return Explanation(line, _asked(_plane(cells, np.isin(cells, walked))))


def codes_of_two_pairs() -> Explanation:
    """The 16 values that a pair of columns is rounded to, of two pairs."""
    rows, beside = _colours()
    both = np.concatenate([rows, beside], axis=1)
    codes = faiss.ProductQuantizer(4, 2, BITS)
    codes.train(both)
    values = faiss.vector_to_array(codes.centroids).reshape(2, 1 << BITS, 2)
    chosen = codes.compute_codes(np.concatenate([ASKED, BESIDE], axis=1))[0, 0]
    of_pair = (chosen & 15, chosen >> 4)
    planes = []
    for pair, code in zip(values, of_pair, strict=True):
        cells = np.square(_grid()[:, None] - pair).sum(axis=2).argmin(axis=1).reshape(SIDE, SIDE)
        plane = _plane(cells, cells == code)
        for at, value in enumerate(pair):
            x, y = (int(each) for each in _px(value[None])[0])
            cv2.putText(plane, f"{at:X}", (x - 5, y + 5), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 1, cv2.LINE_AA)
        planes.append(plane)
    line = (
        f"Four columns become two of 16 values each: this one is {of_pair[0]:X}{of_pair[1]:X}, one byte instead of 16."
    )
    return Explanation(line, in_rows([_dotted(planes[0], ASKED), _dotted(planes[1], BESIDE)], 2))


@cache
def _colours() -> tuple[Vectors, Vectors]:
    """(n, 2) red against green and yellow against blue of the px of a photo, and of the px beside each.

    Stretched to fill a plane.
    """
    pixels = scaled(photo("coffee"), 0.1).pixels
    lab = cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[..., 1:]
    low, high = lab.min(axis=(0, 1)), lab.max(axis=(0, 1))
    lab = 1.9 * HALF * ((lab - low) / (high - low) - 0.5)
    return (
        np.ascontiguousarray(lab[:, :-APART].reshape(-1, 2), np.float32),
        np.ascontiguousarray(lab[:, APART:].reshape(-1, 2), np.float32),
    )


def _grid() -> NDArray[np.float32]:
    """(SIDE**2, 2) the place of each px of a plane."""
    along = np.linspace(-HALF, HALF, SIDE, dtype=np.float32)
    return np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2)


def _px(places: NDArray[np.floating]) -> NDArray[np.int64]:
    return np.asarray(np.rint((places + HALF) / (2 * HALF) * (SIDE - 1)), np.int64)


def _plane(cells: NDArray[np.integer], shaded: NDArray[np.bool_]) -> Pixels:
    """Cells with their borders, some of them shaded, and a dot for each colour."""
    plane = np.full((SIDE, SIDE, 3), 255, np.uint8)
    plane[shaded] = SHADE
    rows, _ = _colours()
    for x, y in _px(np.asarray(rows, np.float32)):
        cv2.circle(plane, (int(x), int(y)), 1, (90, 130, 190), -1)
    border = np.zeros((SIDE, SIDE), bool)
    border[:, 1:] |= cells[:, 1:] != cells[:, :-1]
    border[1:] |= cells[1:] != cells[:-1]
    plane[border] = LINE
    return plane


def _asked(plane: Pixels) -> Pixels:
    return _dotted(plane, ASKED)


def _dotted(plane: Pixels, place: NDArray[np.floating]) -> Pixels:
    """With a cross at a place."""
    x, y = (int(each) for each in _px(place)[0])
    cv2.drawMarker(plane, (x, y), MARK, cv2.MARKER_TILTED_CROSS, 14, 3)
    return plane


FIGURES = (lists_of_colours, codes_of_two_pairs, pairs_of_lists)
