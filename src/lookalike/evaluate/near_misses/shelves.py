"""Goods in one place of a shop: another price, another product beside the same ones, the same in other places."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from lookalike.evaluate.near_misses.family import Frames, still
from lookalike.evaluate.near_misses.lettering import other_digit, write
from lookalike.evaluate.near_misses.photos import Photos

COUNT = 3
"""Products side by side."""


def shelves(rng: np.random.Generator, photos: Photos) -> tuple[Frames, ...]:
    """Another digit of a price; another product in one place; other products in all places."""
    width = int(rng.integers(800, 1201))
    height = round(0.75 * width)
    ground = photos.fitted(rng, (width, height))
    tall = round(0.52 * height)
    goods = [photos.subject(rng, tall) for _ in range(COUNT + 1)]
    prices = [f"{rng.uniform(1, 30):.2f}" for _ in range(COUNT)]
    at = int(rng.integers(COUNT))
    other_price = [other_digit(rng, price) if place == at else price for place, price in enumerate(prices)]
    swapped = [goods[COUNT] if place == at else goods[place] for place in range(COUNT)]
    contents = (
        (goods[:COUNT], prices),
        (goods[:COUNT], other_price),
        (swapped, prices),
        ([goods[COUNT], *goods[: COUNT - 1]], prices),
    )
    return still(*(_shelf(ground, *each) for each in contents))


def _shelf(ground: Image.Image, goods: list[Image.Image], prices: list[str]) -> Image.Image:
    image = ground.copy()
    w, h = image.size
    draw = ImageDraw.Draw(image)
    board = round(0.84 * h)
    draw.rectangle((0, board, w, h), fill=(214, 210, 204))
    draw.rectangle((0, board, w, board + h // 60), fill=(160, 156, 150))
    for place, (product, price) in enumerate(zip(goods, prices, strict=True)):
        middle = round((place + 0.5) * w / COUNT)
        room = round(0.92 * w / COUNT)
        fitted = product if product.width <= room else product.resize((room, product.height * room // product.width))
        image.paste(fitted, (middle - fitted.width // 2, board - fitted.height), fitted)
        size = round(0.045 * h)
        draw.rectangle(
            (middle - 2.2 * size, board + 0.03 * h, middle + 2.2 * size, board + 0.03 * h + 1.6 * size), fill="white"
        )
        write(image, (middle, board + 0.03 * h + 0.15 * size), price, size, (190, 20, 20), anchor="m", bold=True)
    return image
