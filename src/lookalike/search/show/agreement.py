"""Two pictures as a learned describer compares them: where they agree, as what they are seen, and what it is blind to
[Zhou et al., Learning Deep Features for Discriminative Localization, CVPR 2016]."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from lookalike.describe.drawing import captioned, side_by_side, stacked_up
from lookalike.describe.network_pass import logits
from lookalike.errors import BadQuery
from lookalike.figures import score
from lookalike.index.similarity import similarity
from lookalike.models.class_words import class_words
from lookalike.pixels.augment import EDITS, edit
from lookalike.protocols import Describer, Explainer
from lookalike.search.show.charts import marked_bars, whole
from lookalike.search.show.drawing import Drawing
from lookalike.types import Picture, Pixels

PAIR: Final = "these two"
"""Name of the bar of the pictures themselves."""
NAMES: Final = 3
"""Class names of a picture."""
SEEN: Final = 224
"""px of the default network's square."""
SIDE: Final = 260
"""px of a picture."""
BLIND: Final = 0.95
"""Alikeness of a copy and its original, from 0 as of strangers to 1, above which the edit goes unseen."""
CLEAR: Final = 0.5
"""Alikeness below which a copy is more like a stranger than like its original."""


def agreement(query: Picture, hit: Picture, describer: Describer) -> Drawing:
    """Both pictures, lit where they agree, over bars: how like each edited copy of the two is to its original.

    Bars begin at strangers and end at the picture itself; the first is of the two pictures. Raises `BadQuery` for a
    describer that says nothing of places.
    """
    if not isinstance(describer, Explainer):
        raise BadQuery(f"{describer.name} does not say where pictures agree: name another with --with")
    explained = describer.explain(query, hit)
    if explained.picture is None:
        raise BadQuery(f"{describer.name} draws nothing of where pictures agree: name another with --with")
    pictures = [captioned(whole(each, SIDE), f"seen as: {seen_as(each)}") for each in (query, hit)]
    alike = robustness(query, hit, describer)
    drawn = stacked_up([side_by_side(pictures), explained.picture, bars(alike)])
    return Drawing(f"{explained.line} {told(alike)}", drawn)


def bars(alike: Mapping[str, float]) -> Pixels:
    """A bar for the two pictures, then one for each edit, what it changes least first."""
    order = [PAIR, *sorted(EDITS, key=lambda name: -alike[name])]
    values = np.array([alike[name] for name in order])
    chart = marked_bars(values, order, [score(value, 2) for value in values])
    return captioned(chart, "like the original: 0.00 as strangers, 1.00 as itself")


def seen_as(picture: Picture) -> str:
    """The likeliest classes of ImageNet-1k by their names, the first name of each."""
    best = np.argsort(-logits([picture], SEEN, 1, 1)[0], kind="stable")[:NAMES]
    return ", ".join(class_words().names[at] for at in best)


def robustness(first: Picture, second: Picture, describer: Describer, seed: int = 0) -> Mapping[str, float]:
    """Alikeness of each edited copy and its original, the mean of both pictures, from 0 as of strangers to 1.

    `these two` is that of the pictures themselves. A collage pastes either into the other.
    """
    pictures, others = [first, second], [second, first]
    rows = describer.describe(pictures)
    scores = {PAIR: [float(similarity(describer.space, rows[:1], rows[1:])[0, 0])]}
    for name in EDITS:
        copies = [edit(name, a.pixels, seed, b.pixels).pixels for a, b in zip(pictures, others, strict=True)]
        edited = describer.describe([Picture(copy, (copy.shape[1], copy.shape[0])) for copy in copies])
        found = similarity(describer.space, rows, edited)
        scores[name] = [float(found[0, 0]), float(found[1, 1])]
    floor = describer.unrelated
    return {name: _alikeness(float(np.mean(each)), floor) for name, each in scores.items()}


def _alikeness(cosine: float, floor: float) -> float:
    """From 0 at the floor to 1; single precision knows a cosine to six digits."""
    return float(np.clip((round(cosine, 6) - floor) / (1 - floor), 0, 1))


def told(alike: Mapping[str, float]) -> str:
    """Edits that go unseen, and edits that make a picture a stranger."""
    unseen = [name for name in EDITS if alike[name] >= BLIND]
    strangers = [name for name in EDITS if alike[name] < CLEAR]
    blind = f"Blind to {', '.join(unseen)}" if unseen else "Blind to none of the edits"
    return f"{blind}; {'estranged by ' + ', '.join(strangers) if strangers else 'estranged by none'}."
