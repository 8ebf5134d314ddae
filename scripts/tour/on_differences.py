"""Two pictures of one make-up: what differs, and what that makes of them."""

from __future__ import annotations

import cv2
import numpy as np
from pictures import photo, picture, scaled

import lookalike
from lookalike.match.drawing.difference import draw_difference, said
from lookalike.pixels.augment import edit
from lookalike.types import Explanation, Picture, Pixels


def another_number() -> Explanation:
    """A receipt, and one of another sum, smaller."""
    return _compared(picture(_receipt("48.90")), scaled(picture(_receipt("43.90")), 0.8))


def saved_light_and_small() -> Explanation:
    """A photo, and what a messenger makes of it."""
    cup = photo("coffee")
    return _compared(cup, scaled(_edited(_edited(cup, "brightness"), "jpeg"), 0.6))


def words_on_a_photo() -> Explanation:
    cup = photo("coffee")
    return _compared(cup, _edited(cup, "text"))


def another_cup() -> Explanation:
    """One photo, and the same with its red cup and saucer in blue."""
    cup = photo("coffee")
    colours = cv2.cvtColor(cup.pixels, cv2.COLOR_RGB2HSV)
    hue, saturation = colours[..., 0].astype(np.int16), colours[..., 1]
    red = ((np.abs((hue + 90) % 180 - 90) < 9) & (saturation > 140)).astype(np.uint8)
    red = cv2.morphologyEx(red, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    colours[..., 0] = np.where(red > 0, (hue + 110) % 180, hue).astype(np.uint8)
    return _compared(cup, picture(cv2.cvtColor(colours, cv2.COLOR_HSV2RGB)))


def _receipt(total: str) -> Pixels:
    sheet = np.full((360, 300, 3), 250, np.uint8)
    rows = [("2 coffee", "9.80"), ("1 cake", "5.60"), ("1 beans, 1 kg", "24.90"), ("1 filter", "8.60")]
    cv2.putText(sheet, "COFFEE & CO", (60, 50), cv2.FONT_HERSHEY_DUPLEX, 0.8, (20, 20, 20), 1, cv2.LINE_AA)
    for at, (goods, price) in enumerate([*rows, ("TOTAL", total)]):
        y = 110 + 40 * at + 20 * (at == len(rows))
        for words, x in ((goods, 30), (price, 215)):
            cv2.putText(sheet, words, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (20, 20, 20), 1, cv2.LINE_AA)
    cv2.line(sheet, (30, 250), (270, 250), (20, 20, 20), 1, cv2.LINE_AA)
    return sheet


def _edited(whole: Picture, name: str) -> Picture:
    return picture(np.asarray(edit(name, whole.pixels, 5, whole.pixels).pixels))


def _compared(a: Picture, b: Picture) -> Explanation:
    """What a comparison says, and both with the places that differ."""
    told = lookalike.compare(a.pixels, b.pixels, describers=["phash"])
    assert told.differs is not None
    edits = ", ".join(told.evidence.edits or ()) if told.evidence else ""
    line = f"{told.relation}: {said(told.differs)}{f'; {edits}' if edits else ''}."
    return Explanation(line, draw_difference(a, b, told.differs))


FIGURES = (another_number, saved_light_and_small, words_on_a_photo, another_cup)
