"""Which edits make one picture from the other, in words."""

from __future__ import annotations

from typing import Final

import numpy as np

from lookalike.match.difference.residual import Residual
from lookalike.match.difference.tone import UNCHANGED, Toned
from lookalike.types import Matrix

SAME_SIZE: Final = 0.004
SAME_ANGLE: Final = 0.3
"""Degrees."""
SAME_LIGHT: Final = 3.0
"""Levels."""


def edits(
    model: Matrix,
    tone: Toned,
    left: Residual,
    *,
    lossless: bool,
    cropped: bool,
    bordered: bool,
    pasted: bool,
    written: bool,
    flattened: bool,
    cut_out: bool,
) -> tuple[str, ...]:
    """From a to b, as `model` takes px of a to px of b."""
    words = [*_shape(model)]
    if cropped:
        words.append("cropped")
    if bordered:
        words.append("bordered")
    if pasted:
        words.append("pasted into a larger picture")
    if flattened:
        words.append("flattened onto a ground")
    if cut_out:
        words.append("cut out of its ground")
    words += _look(tone)
    if left.blurred_a >= 0.8:
        words.append("blurred")
    if left.blurred_b >= 0.8:
        words.append("sharpened")
    if written:
        words.append("written over")
    if not lossless:
        words.append("re-encoded")
    return tuple(words)


def _shape(model: Matrix) -> list[str]:
    words = []
    across, down = np.linalg.norm(model[:2, :2], axis=0)
    if abs(across / down - 1) > 2 * SAME_SIZE:
        words.append(f"resized to {100 * across:.0f} % x {100 * down:.0f} %")
    elif abs(float(np.sqrt(across * down)) - 1) > SAME_SIZE:
        words.append(f"resized to {100 * float(np.sqrt(across * down)):.0f} %")
    mirrored = float(np.linalg.det(model[:2, :2])) < 0
    if mirrored:
        words.append("mirrored")
    x, y = -model[:2, 0] if mirrored else model[:2, 0]
    angle = float(np.degrees(np.arctan2(y, x)))
    if abs(angle) > SAME_ANGLE:
        number = f"{abs(angle):.0f}" if abs(angle) >= 1.5 else f"{abs(angle):.1f}"
        words.append(f"turned by {number} degrees {'clockwise' if angle > 0 else 'counterclockwise'}")
    return words


def _look(tone: Toned) -> list[str]:
    """Where b is changed into a, the words are the other way round."""
    change = tone.tone
    if change == UNCHANGED:
        return []
    words = []
    grey = max(change.saturation) < 0.12
    tint = np.array(change.tint)
    if grey and np.ptp(tint) < 0.06:
        words.append("grey" if tone.of_a else "coloured")
    elif grey:
        words.append("toned")
    elif np.ptp(tint) > 0.05 or abs(float(np.mean(change.saturation / tint)) - 1) > 0.15:
        words.append("recoloured")
    middle = float(change.curve[128]) * float(tint @ (0.299, 0.587, 0.114)) - 128
    if not tone.of_a:
        middle = -middle
    if abs(middle) > SAME_LIGHT:
        words.append("brightened" if middle > 0 else "darkened")
    spread = float(change.curve[192] - change.curve[64]) / 128
    spread = spread if tone.of_a else 1 / max(spread, 1e-3)
    if not 0.93 <= spread <= 1.08:
        words.append("more contrast" if spread > 1 else "less contrast")
    return words
