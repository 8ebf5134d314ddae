"""Margins, what they do to rows of two numbers, and which triplets are shown."""

from __future__ import annotations

import colorsys
from functools import cache
from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from lookalike.describe.drawing import FRAME, INK, PAPER, in_rows
from lookalike.learn.batch import Batch
from lookalike.learn.losses import LOSSES, Loss
from lookalike.learn.losses.angular_margin import ArcFace, CosFace, SphereFace
from lookalike.learn.miners import MINERS
from lookalike.learn.networks import small_convnet
from lookalike.learn.sampler import ClassesTimesPictures
from lookalike.learn.train import Examples, Recipe, Training, describe
from lookalike.search.show.charts import curves
from lookalike.types import Explanation, Pixels

DIGITS: Final = 8
EACH: Final = 60
SIDE: Final = 270
"""px of a sheet of points."""
Points = NDArray[np.float64]


def margins() -> Explanation:
    """What each puts in the place of the cosine to a row's own class."""
    angles = torch.linspace(0, torch.pi, 181)
    shown = ((INK, None), ((40, 110, 190), SphereFace()), ((190, 70, 50), ArcFace()), ((60, 140, 70), CosFace()))
    lines = [((torch.cos(angles) if one is None else one.handicapped(angles)).numpy() + 2.5, ink) for ink, one in shown]
    sixty = torch.tensor([torch.pi / 3])
    told = ", ".join(f"{one.name} {float(one.handicapped(sixty)):.2f}" for _, one in shown if one is not None)
    return Explanation(f"At 60 degrees the cosine is 0.50; {told}.", curves(lines))


def digits_to_tell_apart() -> Explanation:
    pictures = drawn_digits(0).inputs.numpy()[:: EACH // 3, 0]
    levels = (255 - 255 * np.clip(pictures, 0, 1)).astype(np.uint8)
    tiles = list(np.repeat(levels[:, :, :, None], 3, axis=3))
    return Explanation(f"{DIGITS} digits, each turned, moved and blurred by chance.", in_rows(tiles[:24], 12))


def rows_by_softmax() -> Explanation:
    return _learned(LOSSES.make("softmax"))


def rows_by_angles_alone() -> Explanation:
    return _learned(LOSSES.make("normalised_softmax", {"scale": 20.0}))


def rows_by_a_margin() -> Explanation:
    return _learned(ArcFace(m2=0.3, scale=20.0))


def who_is_chosen() -> Explanation:
    """The triplets that miners show, among twelve rows of three classes."""
    rng = np.random.default_rng(3)
    labels = np.repeat(np.arange(3), 4)
    turned = np.array([0.4, 2.3, 4.3])[labels] + 0.55 * rng.normal(size=12)
    points = np.stack([np.cos(turned), np.sin(turned)], axis=1)
    batch = Batch(torch.from_numpy(points), torch.from_numpy(labels))
    sheets, told = [], []
    for name in ("all", "semi_hard", "hard_pair"):
        found = MINERS.make(name).mine(batch, torch.Generator().manual_seed(0))
        told.append(f"{name} {len(found)}")
        sheet = _sheet()
        for first, second, colour in (
            (found.anchors, found.positives, (90, 160, 90)),
            (found.anchors, found.negatives, (200, 90, 80)),
        ):
            for a, b in sorted(set(zip(first.tolist(), second.tolist(), strict=True))):
                cv2.line(sheet, _place(points[a]), _place(points[b]), colour, 1, cv2.LINE_AA)
        sheets.append(_dotted(sheet, points, labels))
    return Explanation(f"Triplets that are shown: {', '.join(told)}.", in_rows(sheets, 3))


@cache
def drawn_digits(seed: int) -> Examples:
    """(DIGITS EACH, 1, 28, 28) in [0, 1], light on dark."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(DIGITS), EACH)
    pictures = np.stack([_digit(int(label), rng) for label in labels])
    return Examples(torch.from_numpy(pictures[:, None]), labels)


def _digit(digit: int, rng: np.random.Generator) -> NDArray[np.float32]:
    canvas = np.zeros((28, 28), np.uint8)
    cv2.putText(canvas, str(digit), (7, 22), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 255, 2, cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((14, 14), float(rng.normal(0, 9)), float(rng.uniform(0.85, 1.15)))
    turn[:, 2] += rng.normal(0, 1.2, 2)
    moved = cv2.GaussianBlur(cv2.warpAffine(canvas, turn, (28, 28)), (0, 0), float(rng.uniform(0.3, 0.9)))
    return np.asarray(moved / 255 + rng.normal(0, 0.06, (28, 28)), np.float32)


def _learned(loss: Loss) -> Explanation:
    """Rows of digits that the network never saw, as it learned to lay them into the plane."""
    torch.set_num_threads(1)
    recipe = Recipe(loss, sampler=ClassesTimesPictures(DIGITS, 6), iterations=600, rate=3e-3, judge_every=200)
    run = Training(small_convnet(2, seed=0, channels=16), recipe, drawn_digits(0), drawn_digits(1))
    network = run.run()
    others = drawn_digits(2)
    with torch.no_grad():
        rows = network(others.inputs).double().numpy()
    units = describe(network, others.inputs).double().numpy()
    known = drawn_digits(0)
    learned = _spread(describe(network, known.inputs).double().numpy(), known.labels)
    placed = rows / np.quantile(np.linalg.norm(rows, axis=1), 0.95)
    new = _spread(units, others.labels)
    line = (
        f"{loss.name}: digits that were learned from lie {learned:.1f} degrees about the middle of their class, "
        f"new ones {new:.1f}, in the median."
    )
    return Explanation(
        line, in_rows([_dotted(_sheet(), placed, others.labels), _dotted(_sheet(), units, others.labels)], 2)
    )


def _spread(units: Points, labels: NDArray[np.int64]) -> float:
    """Median angle of a row and the middle of its class, degrees."""
    angles = []
    for each in np.unique(labels):
        own = units[labels == each]
        middle = own.mean(axis=0)
        angles.append(np.degrees(np.arccos(np.clip(own @ middle / np.linalg.norm(middle), -1, 1))))
    return float(np.median(np.concatenate(angles)))


def _sheet() -> Pixels:
    sheet = np.full((SIDE, SIDE, 3), PAPER, np.uint8)
    cv2.circle(sheet, (SIDE // 2, SIDE // 2), int(SIDE * 0.42), FRAME, 1, cv2.LINE_AA)
    return sheet


def _dotted(sheet: Pixels, points: Points, labels: NDArray[np.int64]) -> Pixels:
    count = int(labels.max()) + 1
    for point, label in zip(points, labels, strict=True):
        hue = colorsys.hsv_to_rgb(label / count, 0.75, 0.8)
        cv2.circle(sheet, _place(point), 3, tuple(int(255 * part) for part in hue), -1, cv2.LINE_AA)
    return sheet


def _place(point: Points) -> tuple[int, int]:
    across, down = np.rint(SIDE / 2 + SIDE * 0.42 * np.clip(point, -1.15, 1.15) * (1, -1)).astype(int)
    return int(across), int(down)


FIGURES: Final = (
    margins,
    digits_to_tell_apart,
    rows_by_softmax,
    rows_by_angles_alone,
    rows_by_a_margin,
    who_is_chosen,
)
