"""A box with pictures on its sides, on a table: a scene that can be looked at from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from pictures import photo, picture, square

from lookalike.types import Matrix, Picture

SIZE: Final = (480, 400)
"""(width, height) px of a view."""
FOCAL: Final = 330.0
"""px"""
FINE: Final = 2
"""Times as large it is drawn, so that its edges are smooth."""
AWAY: Final = 3.9
"""Of the camera from the middle of the box, in half sides."""
RAISED: Final = 22.0
"""Degrees that the camera looks down by."""
TEXTURE: Final = 256
"""px of a side's picture."""
FLOOR: Final = 2.2
"""Half sides, half the width of the table."""
WOOD: Final = (148, 124, 104)
SIDES: Final = ("chelsea", "astronaut", "coffee", "rocket")
"""Around the box; what is on its top comes last."""
TOP: Final = "coins"


def view(degrees: float, light: float = 1.0, sides: Sequence[str] = SIDES) -> Picture:
    """The box, seen from so far around it, with these pictures around it."""
    camera = _camera(degrees)
    canvas = _table(camera)
    for name, corners in sorted(_faces(sides), key=lambda face: -_distance(camera, face[1])):
        if _faces_us(camera, corners):
            _paint(canvas, camera, corners, square(photo(name), TEXTURE))
    smooth = cv2.resize(light * canvas.astype(np.float32), SIZE, interpolation=cv2.INTER_AREA)
    return picture(np.clip(np.rint(smooth), 0, 255).astype(np.uint8))


def _faces(sides: Sequence[str]) -> list[tuple[str, NDArray[np.float64]]]:
    """Each side's picture and its (4, 3) corners, from the upper left clockwise as seen from outside; y points down."""
    front = np.array([(-1, -1, -1), (1, -1, -1), (1, 1, -1), (-1, 1, -1)], np.float64)
    around = [(name, front @ _about_y(90 * at).T) for at, name in enumerate(sides)]
    top = np.array([(-1, -1, 1), (1, -1, 1), (1, -1, -1), (-1, -1, -1)], np.float64)
    return [*around, (TOP, top)]


def _camera(degrees: float) -> Matrix:
    """(3, 4) from places to px."""
    turn = _about_x(RAISED) @ _about_y(degrees)
    pose = np.column_stack([turn, (0, 0, AWAY)])
    inner = np.array([[FOCAL, 0, SIZE[0] / 2], [0, FOCAL, SIZE[1] / 2], [0, 0, 1]])
    inner[:2] *= FINE
    return np.asarray(inner @ pose, np.float64)


def _table(camera: Matrix) -> NDArray[np.uint8]:
    """A wall that fades, and a plain table."""
    width, height = FINE * SIZE[0], FINE * SIZE[1]
    fade = np.linspace(215, 150, height)
    canvas = np.repeat(np.repeat(fade[:, None, None], width, axis=1), 3, axis=2).astype(np.uint8)
    floor = FLOOR * np.array([(-1, 0, 1), (1, 0, 1), (1, 0, -1), (-1, 0, -1)]) + (0, 1, 0)
    _paint(canvas, camera, floor, picture(np.full((TEXTURE, TEXTURE, 3), WOOD, np.uint8)))
    return canvas


def _paint(canvas: NDArray[np.uint8], camera: Matrix, corners: NDArray[np.float64], what: Picture) -> None:
    width, height = what.size
    source = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32) - 0.5
    there = cv2.getPerspectiveTransform(source, _seen(camera, corners).astype(np.float32))
    size = (canvas.shape[1], canvas.shape[0])
    warped = cv2.warpPerspective(what.pixels, there, size, flags=cv2.INTER_LINEAR)
    inside = cv2.warpPerspective(np.full(what.pixels.shape[:2], 255, np.uint8), there, size) > 127
    canvas[inside] = warped[inside]


def _seen(camera: Matrix, places: NDArray[np.float64]) -> NDArray[np.float64]:
    lifted = np.column_stack([places, np.ones(len(places))]) @ camera.T
    return lifted[:, :2] / lifted[:, 2:]


def _faces_us(camera: Matrix, corners: NDArray[np.float64]) -> bool:
    """Whether the corners are seen clockwise."""
    xy = _seen(camera, corners)
    across, down = xy[1] - xy[0], xy[3] - xy[0]
    return bool(across[0] * down[1] - across[1] * down[0] > 0)


def _distance(camera: Matrix, corners: NDArray[np.float64]) -> float:
    return float((np.column_stack([corners, np.ones(4)]) @ camera.T)[:, 2].mean())


def _about_y(degrees: float) -> NDArray[np.float64]:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([(c, 0, s), (0, 1, 0), (-s, 0, c)])


def _about_x(degrees: float) -> NDArray[np.float64]:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([(1, 0, 0), (0, c, -s), (0, s, c)])
