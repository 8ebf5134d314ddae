"""A picture's fine texture: the pattern of brighter neighbours about each pixel [Ojala et al., PAMI 2002]."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from lookalike.describe.drawing import captioned, fit, magnified, side_by_side, stacked_up
from lookalike.describe.lbp import KINDS, LocalBinaryPatterns, neighbours, patterns
from lookalike.describe.reduced import reduced_grey
from lookalike.figures import percent
from lookalike.search.show.charts import marked_bars, whole
from lookalike.search.show.drawing import Drawing
from lookalike.types import Picture

SIDE: Final = 300
"""px of each of the two drawings."""


def texture(picture: Picture) -> Drawing:
    """The picture, the pattern of each px at radius 1 in a colour of its own, and the share of each kind of pattern."""
    codes = patterns(reduced_grey(picture), 1)
    levels = np.rint(codes * (255 / (neighbours(1) + 1))).astype(np.uint8)
    coloured = np.ascontiguousarray(cv2.applyColorMap(levels, cv2.COLORMAP_VIRIDIS)[:, :, ::-1])
    drawn = captioned(magnified(coloured, fit(picture.size, SIDE)), "brighter neighbours: none dark, all light")
    shares = LocalBinaryPatterns().kinds(picture)
    chart = marked_bars(shares, KINDS, [percent(share, 0) for share in shares])
    first = KINDS[int(np.argmax(shares))]
    line = f"Most frequent at radii of 1 to 3 px are {first}: {percent(shares.max(), 0)} of all patterns."
    return Drawing(line, stacked_up([side_by_side([whole(picture, SIDE), drawn]), chart]))
