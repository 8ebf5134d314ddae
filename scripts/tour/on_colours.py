"""Which colours, and how much of each?"""

from __future__ import annotations

from typing import get_args

import numpy as np
from pictures import part, photo, picture, repainted, square

from lookalike.describe.bars import named_back_to_back
from lookalike.describe.colour_pyramid import ColourPyramid
from lookalike.describe.colour_space import ColourSpace
from lookalike.describe.colours import names
from lookalike.describe.dominant import Dominant
from lookalike.describe.drawing import HEAD, captioned, headed, in_rows, tile
from lookalike.describe.histogram import ColourHistogram
from lookalike.describe.palette import Palette, band
from lookalike.describe.reduced import SIDE
from lookalike.describe.thumbnail import Thumbnail
from lookalike.types import Explanation, Picture

SHELF = ("astronaut", "chelsea", "coffee", "hubble_deep_field", "rocket")
"""Pictures that a colour is looked for in."""


def cat_and_cup() -> Explanation:
    """Two pictures of brown things."""
    return ColourHistogram().explain(photo("chelsea"), photo("coffee"))


def equal_histograms() -> Explanation:
    """A cup of coffee, and a portrait painted with its pixels."""
    cup, portrait = _cup_and_portrait()
    return ColourHistogram().explain(cup, portrait)


def told_apart_by_place() -> Explanation:
    """The same two, part by part."""
    return ColourPyramid().explain(*_cup_and_portrait())


def told_apart_by_thumbnail() -> Explanation:
    """The same two at 16 x 16 px."""
    return Thumbnail().explain(*_cup_and_portrait())


def spaces() -> Explanation:
    """What is left of the agreement when the light gets darker, and when it gets warmer."""
    cup = photo("coffee")
    darker = picture(np.rint(0.6 * cup.pixels).astype(np.uint8))
    warmer = picture(np.clip(np.rint(cup.pixels * (1.15, 1.0, 0.7)), 0, 255).astype(np.uint8))
    kept = np.array(
        [[_agreement(colours, cup, other) for colours in get_args(ColourSpace)] for other in (darker, warmer)]
    )
    bars = named_back_to_back(kept[0], kept[1], get_args(ColourSpace))
    told = [
        f"{light} light {get_args(ColourSpace)[row.argmax()]} agrees by {row.max():.0%}, "
        f"{get_args(ColourSpace)[row.argmin()]} by {row.min():.0%}"
        for light, row in zip(("in darker", "in warmer"), kept, strict=True)
    ]
    return Explanation("With the cup as it was, " + "; ".join(told) + ".", headed(darker, warmer, bars))


def palettes() -> Explanation:
    """Two pictures as a few colours with shares."""
    return Palette().explain(photo("astronaut"), photo("rocket"))


def blue_wanted() -> Explanation:
    """Pictures by how near their palettes are to the one that was asked for."""
    wanted = Dominant(np.array([[0x20, 0x30, 0x60]], np.uint8), np.ones(1))
    palette = Palette()
    rows = palette.describe([photo(name) for name in SHELF])
    scores = rows @ palette.row(wanted)
    order = np.argsort(-scores)
    tiles = [captioned(tile(photo(SHELF[at]).pixels, photo(SHELF[at]).size, HEAD), f"{scores[at]:.2f}") for at in order]
    asked = captioned(band(wanted), "asked for")
    best = SHELF[order[0]].replace("_", " ")
    line = f"Of {names(wanted.colours)[0]} there is most in the {best}."
    return Explanation(line, in_rows([asked, *tiles[:3]], 4))


def _cup_and_portrait() -> tuple[Picture, Picture]:
    cup = square(photo("coffee"), SIDE)
    return cup, repainted(square(part(photo("astronaut"), (112, 0, 256, 256)), SIDE), cup)


def _agreement(colours: ColourSpace, a: Picture, b: Picture) -> float:
    rows = ColourPyramid(colours=colours, levels=1).describe([a, b])
    return float(rows[0] @ rows[1])


FIGURES = (cat_and_cup, equal_histograms, told_apart_by_place, told_apart_by_thumbnail, spaces, palettes, blue_wanted)
