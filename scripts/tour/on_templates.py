"""Where is this piece? Sliding windows, and shifts."""

from __future__ import annotations

import math
from typing import Final, get_args

import numpy as np
from pictures import lit, noisy, part, photo, picture, scaled, turned

from lookalike.describe.bars import named_back_to_back
from lookalike.describe.drawing import captioned, drawn, fit, headed, in_rows, magnified, side_by_side
from lookalike.match.drawing.mosaic import mosaic
from lookalike.match.drawing.response import heat_map
from lookalike.match.locate.comparisons import Comparison
from lookalike.match.locate.exact import Exact
from lookalike.match.locate.phase_correlation import Phase
from lookalike.match.locate.poses import Poses
from lookalike.types import Explanation, Located, Picture, Pixels

COIN: Final = (187, 168, 52, 50)
"""x, y, width, height in px of the photo of coins."""
LAMP: Final = (0.8, 0.2)
"""Of the light at the left and at the right edge."""
MIDDLE: Final = (COIN[0] + (COIN[2] - 1) / 2, COIN[1] + (COIN[3] - 1) / 2)
TURNS: Final = (0, 5, 10, 20, 30)
"""Degrees, or per cent."""
LARGE, SMALL = 384, 200
"""px of maps that are compared."""
BRICK: Final = (210, 232, 60, 80)


def coin_found() -> Explanation:
    """The piece, the picture, and how well the piece fits everywhere."""
    coins = photo("coins")
    coin = part(coins, COIN)
    located = Exact().locate(coin, coins, 2)
    best, second = located.placements
    line = (
        f"Best place: {best.score:.2f} at {best.box[0]:.0f}, {best.box[1]:.0f}; the next best coin: {second.score:.2f}."
    )
    return Explanation(line, side_by_side([_large(coin), heat_map(coins, located)]))


def two_lights() -> Explanation:
    """Under a lamp: correlation alone, and correlation that light does not change."""
    coins = lit(photo("coins"), *LAMP)
    maps, told = zip(*(_compared(coins, comparison) for comparison in ("ccorr", "ccoeff-normed")), strict=True)
    return Explanation("; ".join(told) + ".", side_by_side(maps))


def eight_comparisons() -> Explanation:
    """All of them, under the same lamp."""
    coins = lit(photo("coins"), *LAMP)
    maps, told = zip(*(_compared(coins, comparison, side=SMALL) for comparison in get_args(Comparison)), strict=True)
    right = sum(line.endswith("right place") for line in told)
    return Explanation(f"Under uneven light {right} of {len(told)} comparisons find the coin.", in_rows(maps, 4))


def flat_piece() -> Explanation:
    """A piece without any contrast."""
    coins = photo("coins")
    flat = picture(np.full((COIN[3], COIN[2], 3), 128, np.uint8))
    located = Exact().locate(flat, coins)
    scores = located.response
    assert scores is not None
    line = f"A flat piece has nothing that could be found: {scores.min():.0f} to {scores.max():.0f} everywhere."
    return Explanation(line, side_by_side([_large(flat), heat_map(coins, located)]))


def brick_found() -> Explanation:
    """A piece of which the picture has many, and the picture turned a little."""
    wall = turned(photo("brick"), 4)
    brick = part(photo("brick"), BRICK)
    located = Exact().locate(brick, wall, 4)
    scores = [place.score for place in located.placements]
    line = "The four best places: " + ", ".join(f"{score:.2f}" for score in scores) + "."
    return Explanation(line, side_by_side([_large(brick), heat_map(wall, located)]))


def turned_and_smaller() -> Explanation:
    """What is left of the score where the coin lies, when it is turned, or smaller, there."""
    coins = photo("coins")
    coin = part(coins, COIN)
    by_turn = [_score_near(coin, turned(coins, degrees, middle=MIDDLE)) for degrees in TURNS]
    by_size = [_score_near(coin, turned(coins, 0, 1 - shrunk / 100, middle=MIDDLE)) for shrunk in TURNS]
    line = (
        f"Turned by {TURNS[2]} degrees the score falls to {by_turn[2]:.2f}, by {TURNS[3]} to {by_turn[3]:.2f}; "
        f"{TURNS[2]} % smaller to {by_size[2]:.2f}, {TURNS[3]} % to {by_size[3]:.2f}."
    )
    bars = named_back_to_back(np.array(by_turn), np.array(by_size), [str(amount) for amount in TURNS])
    return Explanation(line, headed(turned(coins, 20, middle=MIDDLE), turned(coins, 0, 0.8, middle=MIDDLE), bars))


def turned_and_found() -> Explanation:
    """The same two, when sizes and turns are looked for as well."""
    coin = part(photo("coins"), COIN)
    maps, told = zip(*(_posed(coin, *there) for there in ((20.0, 1.0), (0.0, 0.8))), strict=True)
    return Explanation("; ".join(told) + ".", side_by_side(maps))


def two_halves() -> Explanation:
    """The shift between two photos of one scene that share a strip."""
    rocket = scaled(photo("rocket"), 0.6)
    left, right = part(rocket, (0, 0, 240, 240)), part(rocket, (144, 16, 240, 240))
    right = noisy(lit(right, 0.5, 0.8), 4)
    located = Phase(outside=0.7).locate(right, left)
    (place,) = located.placements
    sure = "certain" if located.certain else "not certain"
    line = f"The second lies {place.box[0]:.1f} px to the right and {place.box[1]:.1f} px down ({sure})."
    return Explanation(line, side_by_side([left.pixels, right.pixels, mosaic(left, right, place)]))


def _posed(coin: Picture, degrees: float, scale: float) -> tuple[Pixels, str]:
    """The map of a search over poses in the coins so turned and so small, and the pose that it found."""
    coins = turned(photo("coins"), degrees, scale, middle=MIDDLE)
    located = Poses().locate(coin, coins)
    (place,) = located.placements
    turned_by, size = math.degrees(place.angle), 100 * place.scale
    told = f"turned by {turned_by:z.1f} degrees at {size:.1f} % of its size: {place.score:.2f}"
    return drawn(heat_map(coins, located), fit(coins.size, LARGE)), told


def _score_near(coin: Picture, coins: Picture) -> float:
    """The best score within 3 px of where the coin lies."""
    response = Exact().locate(coin, coins).response
    assert response is not None
    return float(response[COIN[1] - 3 : COIN[1] + 4, COIN[0] - 3 : COIN[0] + 4].max())


def _compared(coins: Picture, comparison: Comparison, side: int = LARGE) -> tuple[Pixels, str]:
    """The map of one comparison, `side` px wide, and whether its best place is the right one."""
    coin = part(photo("coins"), COIN)
    located = Exact(comparison).locate(coin, coins)
    told = f"{comparison}: {'right' if _is_right(located) else 'wrong'} place"
    return captioned(drawn(heat_map(coins, located), fit(coins.size, side)), told), told


def _is_right(located: Located) -> bool:
    x, y, *_ = located.placements[0].box
    return abs(x - COIN[0]) < 2 and abs(y - COIN[1]) < 2


def _large(piece: Picture) -> Pixels:
    return magnified(piece.pixels, (2 * piece.size[0], 2 * piece.size[1]))


FIGURES = (
    coin_found,
    two_lights,
    eight_comparisons,
    flat_piece,
    brick_found,
    turned_and_smaller,
    turned_and_found,
    two_halves,
)
