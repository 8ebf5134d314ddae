"""One product in several colours: a drawn shirt, mug or carton on white, and goods of photos."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from lookalike.evaluate.near_misses.family import Frames, still
from lookalike.evaluate.near_misses.lettering import sentence, write
from lookalike.evaluate.near_misses.photos import Photos

NEAR = ((28, 32, 62), (24, 24, 26), (62, 22, 32), (22, 46, 36), (52, 24, 58))
"""Dark colours that differ in little but their hue: navy, black, burgundy, bottle green, plum."""


def colourways(rng: np.random.Generator, _photos: Photos) -> tuple[Frames, ...]:
    """Drawn goods in a neighbouring, a distant and the opposite hue."""
    size = (int(rng.integers(600, 901)), int(rng.integers(650, 901)))
    shape = str(rng.choice(["shirt", "mug", "carton"]))
    mask = _silhouette(shape, size)
    shade = _shade(rng, size)
    hue, words = int(rng.integers(180)), sentence(rng, 1)
    goods = [_dyed(mask, shade, (hue + turn) % 180) for turn in _turns(rng)]
    if shape == "carton":
        for image in goods:
            write(
                image,
                (size[0] / 2, 0.45 * size[1]),
                words,
                round(0.09 * size[0]),
                (255, 255, 255),
                anchor="m",
                bold=True,
            )
    return still(*goods)


def near_colours(rng: np.random.Generator, _photos: Photos) -> tuple[Frames, ...]:
    """Drawn goods in four of the dark colours that hang beside each other in a shop."""
    size = (int(rng.integers(480, 701)), int(rng.integers(600, 801)))
    mask, shade = _silhouette(str(rng.choice(["shirt", "mug", "carton"])), size), 0.3 * _shade(rng, size)
    ground = int(rng.integers(225, 256))
    goods = []
    for colour in rng.permutation(np.array(NEAR))[:4]:
        image = Image.new("RGB", size, (ground,) * 3)
        image.paste(Image.fromarray(np.clip(colour + shade[..., None], 0, 255).astype(np.uint8)), mask=mask)
        goods.append(image)
    return still(*goods)


def photographed_colourways(rng: np.random.Generator, photos: Photos) -> tuple[Frames, ...]:
    """The subject of a photo, cut out and put on white, with its hues turned."""
    height = int(rng.integers(600, 801))
    subject = photos.subject(rng, round(0.8 * height))
    size = (max(600, subject.width + height // 5), height)
    pixels = np.array(subject.convert("RGB"))
    goods = []
    for turn in _turns(rng):
        image = Image.new("RGB", size, "white")
        coloured = Image.fromarray(_turned(pixels, turn))
        image.paste(coloured, ((size[0] - subject.width) // 2, height // 10), subject.getchannel("A"))
        goods.append(image)
    return still(*goods)


def _turns(rng: np.random.Generator) -> tuple[int, ...]:
    """Turns of the hue, in units of two degrees; a neighbour is still another colour to the eye."""
    return 0, int(rng.integers(20, 30)), int(rng.integers(50, 70)), int(rng.integers(80, 100))


def _turned(pixels: NDArray[np.uint8], turn: int) -> NDArray[np.uint8]:
    """(h, w, 3), with at least so much colour that it can be told."""
    hsv = cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV)
    hue = (hsv[..., 0].astype(int) + turn) % 180
    dyed = np.dstack([hue, np.maximum(hsv[..., 1], 90), hsv[..., 2]]).astype(np.uint8)
    return np.asarray(cv2.cvtColor(dyed, cv2.COLOR_HSV2RGB), np.uint8)


def _silhouette(shape: str, size: tuple[int, int]) -> Image.Image:
    """L."""
    w, h = size
    mask = Image.new("L", size, 0)
    draw = ImageDraw.Draw(mask)
    if shape == "shirt":
        outline = [(0.3, 0.17), (0.42, 0.13), (0.58, 0.13), (0.7, 0.17), (0.93, 0.31), (0.83, 0.44), (0.72, 0.37)]
        outline += [(0.72, 0.88), (0.28, 0.88), (0.28, 0.37), (0.17, 0.44), (0.07, 0.31)]
        draw.polygon([(x * w, y * h) for x, y in outline], fill=255)
        draw.ellipse((0.42 * w, 0.08 * h, 0.58 * w, 0.18 * h), fill=0)
    elif shape == "mug":
        draw.ellipse((0.6 * w, 0.32 * h, 0.92 * w, 0.7 * h), fill=255)
        draw.ellipse((0.67 * w, 0.4 * h, 0.85 * w, 0.62 * h), fill=0)
        draw.rounded_rectangle((0.15 * w, 0.22 * h, 0.72 * w, 0.82 * h), round(0.06 * w), fill=255)
    else:
        draw.polygon([(0.28 * w, 0.25 * h), (0.72 * w, 0.25 * h), (0.72 * w, 0.92 * h), (0.28 * w, 0.92 * h)], fill=255)
        draw.polygon([(0.28 * w, 0.25 * h), (0.36 * w, 0.1 * h), (0.64 * w, 0.1 * h), (0.72 * w, 0.25 * h)], fill=255)
    return mask.filter(ImageFilter.GaussianBlur(0.8))


def _shade(rng: np.random.Generator, size: tuple[int, int]) -> NDArray[np.float64]:
    """(h, w) of light: folds, weave, and darker below and to the right."""
    w, h = size
    weave = cv2.GaussianBlur(rng.normal(0, 1, (h, w)), (0, 0), 1.5)
    folds = cv2.resize(rng.normal(0, 1, (9, 5)), (w, h), interpolation=cv2.INTER_CUBIC)
    fall = np.linspace(18, -18, h)[:, None] + np.linspace(14, -14, w)[None, :]
    return np.asarray(fall + 22 * weave + 12 * folds)


def _dyed(mask: Image.Image, shade: NDArray[np.float64], hue: int) -> Image.Image:
    value = np.clip(175 + shade, 30, 250).astype(np.uint8)
    hsv = np.dstack([np.full_like(value, hue), np.full_like(value, 175), value])
    image = Image.new("RGB", mask.size, "white")
    image.paste(Image.fromarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)), mask=mask)
    return image
