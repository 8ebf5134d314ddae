"""A response drawn over its picture: cold where a template does not fit, warm where it does."""

from __future__ import annotations

import cv2
import numpy as np

from lookalike.match.locate.correlation import Response
from lookalike.types import Located, Picture, Pixels, Placement

SIDE = 1200
"""Longest side of a map, in px."""
STRENGTH = 0.6
"""Strength of the colour over the grey picture."""
INK = (255, 255, 255)
EDGE = (0, 0, 0)


def heat_map(image: Picture, located: Located) -> Pixels:
    """(h, w, 3): each px coloured by the window whose middle it is; what was found is framed as it is turned."""
    height, width = image.pixels.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    grey = cv2.cvtColor(cv2.resize(image.pixels, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    drawn = np.repeat(grey[:, :, None], 3, axis=2)
    if located.response is not None:
        _tint(drawn, located.response, image.pixels.shape, scale)
    for place in located.placements:
        _frame(drawn, place, drawn.shape[1] / image.size[0], drawn.shape[0] / image.size[1])
    return drawn


def _tint(drawn: Pixels, response: Response, shape: tuple[int, ...], scale: float) -> None:
    low, high = float(np.quantile(response[::4, ::4], 0.5)), float(response.max())
    size = (max(1, round(response.shape[1] * scale)), max(1, round(response.shape[0] * scale)))
    # The largest of what falls on a px: the peak of a large picture must not vanish in a small map.
    reach = max(1, int(1 / scale))
    small = cv2.resize(cv2.dilate(response, np.ones((reach, reach), np.uint8)), size, interpolation=cv2.INTER_NEAREST)
    warmth = np.clip((small - low) / max(high - low, 1e-9), 0, 1)
    colours = cv2.applyColorMap(np.rint(255 * warmth).astype(np.uint8), cv2.COLORMAP_TURBO)[:, :, ::-1]
    # Half a template less than the picture on every side; a search over poses has a score for every px.
    top, left = (round((shape[axis] - response.shape[axis]) * scale / 2) for axis in (0, 1))
    rows, columns = min(size[1], drawn.shape[0] - top), min(size[0], drawn.shape[1] - left)
    under = drawn[top : top + rows, left : left + columns]
    mixed = (1 - STRENGTH) * under + STRENGTH * colours[:rows, :columns]
    drawn[top : top + rows, left : left + columns] = np.rint(mixed)


def _frame(drawn: Pixels, place: Placement, across: float, down: float) -> None:
    """The outline of the template as it lies there; a line from its middle shows where its upper edge is."""
    x, y, width, height = place.box
    u, v = width / 2 * np.array([-1, 1, 1, -1, 0, 0]), height / 2 * np.array([-1, -1, 1, 1, 0, -1])
    cosine, sine = np.cos(place.angle), np.sin(place.angle)
    points = np.stack([x + width / 2 + u * cosine - v * sine, y + height / 2 + u * sine + v * cosine], axis=1)
    drawn_at = np.rint(points * (across, down) - 0.5).astype(np.int32)
    for ink, thick in ((EDGE, 4), (INK, 2)):
        cv2.polylines(drawn, [drawn_at[:4]], True, ink, thick, cv2.LINE_AA)
        if place.angle:
            cv2.polylines(drawn, [drawn_at[4:]], False, ink, thick, cv2.LINE_AA)
