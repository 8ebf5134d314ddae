from __future__ import annotations

import numpy as np
import pytest

from lookalike.describe.colours import EXAMPLES, joined, names


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_has_its_own_name(name: str) -> None:
    assert set(names(np.array(EXAMPLES[name], np.uint8))) == {name}


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((250, 250, 248), "white"),
        ((12, 10, 14), "black"),
        ((139, 90, 43), "brown"),
        ((255, 0, 0), "red"),
        ((0, 0, 255), "blue"),
        ((0, 255, 0), "green"),
        ((255, 255, 0), "yellow"),
        ((250, 128, 0), "orange"),
        ((135, 206, 235), "light blue"),
        ((228, 196, 160), "beige"),
        ((100, 100, 104), "grey"),
    ],
)
def test_common_colours_have_the_name_that_people_give_them(rgb: tuple[int, int, int], name: str) -> None:
    assert names(np.array([rgb], np.uint8)) == [name]


def test_words_are_joined_as_in_a_sentence() -> None:
    assert joined(["red"]) == "red"
    assert joined(["red", "blue"]) == "red and blue"
    assert joined(["red", "blue", "white"]) == "red, blue and white"
