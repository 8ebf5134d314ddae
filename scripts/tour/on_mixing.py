"""A question out of many parts, taken apart: what each part did to each answer."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np
from pictures import CREDITS, part, photo

import lookalike
from lookalike.describe.bars import named_back_to_back
from lookalike.describe.drawing import captioned, centred, headed, side_by_side, stacked_up, tile
from lookalike.search.show.charts import marked_bars
from lookalike.types import Answer, Explanation, Picture, Pixels

HEAD: Final = 200
"""px of a photo."""
SHOWN: Final = 3
"""Answers that are drawn."""
QUARTERED: Final = ("brick", "chelsea", "coffee", "grass", "gravel", "hubble_deep_field")
BROWN: Final = "colour:#6b3f22"
CAT: Final = (110, 60, 220, 180)
"""A part of the cat's face, px."""


def question_of_parts() -> Explanation:
    """A part of a cat that counts twice, a colour, and a portrait that answers should not be like."""
    with _library({name: photo(name) for name in CREDITS}) as library:
        cat, portrait = part(photo("chelsea"), CAT), part(photo("astronaut"), (150, 0, 200, 200))
        results = library.search(
            lookalike.Weighted(cat.pixels, 2, "cat"),
            f"1:{BROWN}",
            minus=lookalike.Weighted(portrait.pixels, 1, "portrait"),
            k=SHOWN,
            verify=0,
        )
        drawn = stacked_up([_answer(each) for each in results])
        return Explanation(f"{_name(results[0])} comes first ({results[0].score:.2f}): {results[0].why}.", drawn)


def with_and_without_a_minus() -> Explanation:
    """The cat, and brown: without a minus, and with a cup as one."""
    with _library({name: photo(name) for name in CREDITS}) as library:
        cat, cup = part(photo("chelsea"), CAT), photo("coffee")
        wanted = lookalike.Weighted(cat.pixels, 1, "cat"), f"1:{BROWN}"
        without, minus = (
            {_name(each): each.score for each in library.search(*wanted, minus=away, verify=0)}
            for away in ((), cup.pixels)
        )
    return _before_and_after(
        cat, cup, without, minus, "Without the minus to the left, with the cup as a minus to the right"
    )


def judged() -> Explanation:
    """A quarter of a photo asks for the other three, before and after two answers were judged."""
    quarters = {f"{name}-{at}": each for name in QUARTERED for at, each in enumerate(_quarters(photo(name)))}
    with _library(quarters) as library:
        asked = quarters["chelsea-2"]
        before = {_name(each): each.score for each in library.search(asked.pixels, verify=0, k=24)}
        liked, unliked = "photo:chelsea-1", "photo:gravel-0"
        found = library.search(asked.pixels, like=liked, unlike=unliked, verify=0, k=24)
        after = {_name(each): each.score for each in found} | {"gravel-0": 0.0}
    shown = {name: before[name] for name in sorted(before, key=lambda name: -before[name])[:9]}
    return _before_and_after(
        asked,
        quarters["chelsea-1"],
        shown,
        after,
        "Before to the left; to the right after the other picture was liked, and gravel-0 was not",
    )


def _before_and_after(
    one: Picture, other: Picture, before: dict[str, float], after: dict[str, float], said: str
) -> Explanation:
    """Scores back to back, the best of before first; what changed most in words."""
    names = sorted(before, key=lambda name: -before[name])[:9]
    left, right = (np.array([scores[name] for name in names]) for scores in (before, after))
    most = int(np.abs(right - left).argmax())
    drawn = headed(one, other, named_back_to_back(left, right, names))
    return Explanation(f"{said}; most changes {names[most]}, from {left[most]:.2f} to {right[most]:.2f}.", drawn)


def _answer(answer: Answer) -> Pixels:
    """A photo, and a bar for what each part brings, or takes."""
    shown = photo(_name(answer))
    head = captioned(tile(shown.pixels, shown.size, HEAD), f"{_name(answer)}: {answer.score:.2f}")
    parts = {"the score": answer.score, **answer.parts}
    bars = marked_bars(np.append([abs(each) for each in parts.values()], 1.0), [*parts, "the same"], _said(parts))
    return side_by_side([centred(head, (HEAD + 20, head.shape[0])), bars])


def _said(parts: dict[str, float]) -> list[str]:
    return [*(f"{each:.2f}" if name == "the score" else f"{each:+.2f}" for name, each in parts.items()), ""]


def _name(answer: Answer) -> str:
    return answer.path.removeprefix("photo:")


def _quarters(whole: Picture) -> list[Picture]:
    width, height = whole.size[0] // 2, whole.size[1] // 2
    return [part(whole, (x, y, width, height)) for y in (0, height) for x in (0, width)]


@contextmanager
def _library(pictures: dict[str, Picture]) -> Iterator[lookalike.Library]:
    """A library of these, for as long as a figure takes."""
    with tempfile.TemporaryDirectory() as folder, lookalike.open(Path(folder) / "library") as library:
        library.add({f"photo:{name}": each.pixels for name, each in pictures.items()})
        yield library


FIGURES = (question_of_parts, with_and_without_a_minus, judged)
