"""A picture's colours: pixels of each level, and of each colour [Swain & Ballard, Color Indexing, IJCV 1991]."""

from __future__ import annotations

from typing import Final

import numpy as np

from lookalike.describe.colours import names
from lookalike.describe.drawing import captioned, stacked_up
from lookalike.describe.histogram import ColourHistogram
from lookalike.figures import percent
from lookalike.search.show.charts import bars, curves, whole
from lookalike.search.show.drawing import Drawing
from lookalike.types import Picture

INKS: Final = ((205, 60, 50), (60, 150, 60), (45, 90, 200))
"""RGB of the curves of red, green and blue."""
MOST: Final = 8
"""Colours that are shown."""


def histogram(picture: Picture) -> Drawing:
    """Curves of red, green and blue over 256 levels, then the most frequent of the describer's colours."""
    levels = [np.bincount(picture.pixels[:, :, at].ravel(), minlength=256).astype(np.float64) for at in range(3)]
    describer = ColourHistogram()
    shares, colours = describer.shares(picture), describer.colours(picture)
    order = np.argsort(-shares, kind="stable")[:MOST]
    order = order[shares[order] > 0]
    figures = [percent(share) for share in shares[order]]
    chart = bars(shares[order], names(colours[order]), figures, list(colours[order]))
    lines = captioned(curves(list(zip(levels, INKS, strict=True))), "red, green and blue, from dark to light")
    line = (
        f"{int((shares > 0).sum())} of {len(shares)} colours occur; the {len(order)} most frequent cover "
        f"{percent(shares[order].sum(), 0)} of the picture."
    )
    return Drawing(line, stacked_up([whole(picture), lines, chart]))
