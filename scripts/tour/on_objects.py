"""Which thing is it? Views of two boxes vote, in every way that there is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
from box import view
from numpy.typing import NDArray

from lookalike.describe.convnet import ConvNet
from lookalike.describe.drawing import captioned, centred, side_by_side, stacked_up, tile
from lookalike.search.ranking.aggregate import AGGREGATORS
from lookalike.search.ranking.channels import Channel
from lookalike.search.show.charts import marked_bars
from lookalike.types import Explanation, Picture, Pixels

BOXES: Final = {
    "the box": ("chelsea", "astronaut", "coffee", "rocket"),
    "its sibling": ("chelsea", "hubble_deep_field", "coffee", "camera"),
}
"""Pictures around each: two of four are on both."""
SEEN: Final = (0.0, 90.0, 180.0, 270.0)
"""Degrees from which each box was seen: one side at a time."""
ASKED: Final = 135.0
"""Degrees from which the question shows two sides of the first box: one that both boxes have, and one of its own."""
VOTES: Final = ("best", "mean", "mean_of_best", "power_mean", "agreement", "span")
SMALL: Final = 130
"""px of a view."""


def views_of_two_boxes() -> Explanation:
    """Each view of each box, and how like the question it is."""
    rows: list[Pixels] = []
    told = []
    for name in BOXES:
        scores = _scores(name)
        shown = zip(_views(name), scores.tolist(), strict=True)
        tiles = [captioned(tile(each.pixels, each.size, SMALL), f"{score:.2f}") for each, score in shown]
        rows.append(side_by_side([_named(name), *tiles]))
        told.append(f"the best view of {name} {scores.max():.2f}, the others {_listed(np.sort(scores)[-2::-1])}")
    question = captioned(tile(_question().pixels, _question().size, 200), "the question")
    return Explanation(f"{'; '.join(told)}.".capitalize(), stacked_up([question, *rows]))


def votes_of_their_views() -> Explanation:
    """One score of each box by every way to vote."""
    found = {vote: [_voted(vote, name) for name in BOXES] for vote in VOTES}
    charts = []
    for at, name in enumerate(BOXES):
        scores = np.array([found[vote][at] for vote in VOTES])
        bars = marked_bars(np.append(scores, 1.0), [*VOTES, "the same"], [*(f"{each:.2f}" for each in scores), ""])
        charts.append(captioned(bars, name))
    ahead = ", ".join(f"{vote} {found[vote][0] - found[vote][1]:+.2f}" for vote in VOTES)
    return Explanation(f"How far the box is ahead of its sibling: {ahead}.", side_by_side(charts))


@cache
def _question() -> Picture:
    return view(ASKED, 0.9)


@cache
def _views(name: str) -> tuple[Picture, ...]:
    return tuple(view(degrees, sides=BOXES[name]) for degrees in SEEN)


@cache
def _rows() -> tuple[Channel, dict[str, NDArray[np.float32]]]:
    describer = ConvNet()
    pictures = {name: list(_views(name)) for name in BOXES} | {"": [_question()]}
    rows = {name: np.asarray(describer.describe(each), np.float32) for name, each in pictures.items()}
    return Channel(describer, 1.0), rows


def _scores(name: str) -> NDArray[np.float32]:
    """(4,) scores of the views of a box."""
    channel, rows = _rows()
    scores: NDArray[np.float32] = channel.alike(rows[""] @ rows[name].T)[0]
    return scores


def _voted(vote: str, name: str) -> float:
    channel, rows = _rows()
    between = channel.alike(rows[name] @ rows[name].T)
    return float(AGGREGATORS.make(vote).aggregate(_scores(name)[None], between[None])[0])


def _named(name: str) -> Pixels:
    return captioned(centred(np.full((8, 8, 3), 255, np.uint8), (90, 60)), name)


def _listed(scores: Sequence[float] | NDArray[np.float32]) -> str:
    return ", ".join(f"{score:.2f}" for score in scores)


FIGURES = (views_of_two_boxes, votes_of_their_views)
