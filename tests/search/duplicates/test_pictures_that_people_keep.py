"""Groups of copies among icons, cut-outs, forms, animations and reposts: each picture with its own, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skimage.data
from PIL import Image, ImageDraw, ImageFont

import lookalike
from lookalike import Library

REPOSTS = 16
ICONS = 6


def icon(seed: int, side: int) -> Image.Image:
    """Three shapes on a plate with round corners, transparent around."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGBA", (128, 128), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    colours = [(*(int(level) for level in colour), 255) for colour in rng.integers(0, 256, (4, 3))]
    draw.rounded_rectangle((6, 6, 122, 122), 26, fill=colours[0])
    for at, colour in enumerate(colours[1:]):
        x, y, wide = (int(value) for value in rng.integers((14, 14, 30), (70, 70, 50)))
        (draw.ellipse if at % 2 else draw.rectangle)((x, y, x + wide, y + wide), fill=colour)
    return image.resize((side, side), Image.Resampling.LANCZOS)


def form(number: str) -> Image.Image:
    """Lines of a page, and a number that is filled in."""
    page = Image.new("RGB", (420, 540), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(22)
    for row, words in enumerate(
        ("Application", "Name  Miller, A.", "Street  Long Lane 14", "Town  Riverton", "Amount")
    ):
        draw.text((30, 40 + 90 * row), words, fill="black", font=font)
        draw.line((30, 75 + 90 * row, 390, 75 + 90 * row), fill="grey")
    draw.text((220, 400), number, fill="navy", font=font)
    return page


def photo(name: str, size: tuple[int, int]) -> Image.Image:
    return Image.fromarray(getattr(skimage.data, name)()).convert("RGB").resize(size, Image.Resampling.LANCZOS)


def kept(folder: Path) -> set[frozenset[str]]:
    """Writes them; what belongs together, by name."""
    folder.mkdir()
    groups: list[list[str]] = []

    def save(image: Image.Image, name: str, **how: Any) -> str:
        image.save(folder / name, **how)
        return name

    groups += [[save(icon(seed, side), f"icon{seed}_{side}.png") for side in (16, 32, 96)] for seed in range(ICONS)]
    base = np.asarray(photo("coffee", (300, 200)), np.float64)
    rng = np.random.default_rng(1)
    reposts = [base * (0.85 + 0.02 * at) + rng.normal(0, 3, base.shape) for at in range(REPOSTS)]
    groups.append(
        [
            save(Image.fromarray(np.clip(each, 0, 255).astype(np.uint8)), f"repost{at}.jpg", quality=85)
            for at, each in enumerate(reposts)
        ]
    )
    cat = photo("chelsea", (330, 220)).convert("RGBA")
    alpha = Image.new("L", cat.size, 0)
    ImageDraw.Draw(alpha).ellipse((50, 10, 280, 210), fill=255)
    cat.putalpha(alpha)
    flat = {ground: Image.new("RGB", cat.size, ground) for ground in ("black", "navy")}
    for page in flat.values():
        page.paste(cat, mask=cat)
    jpegs = [save(page, f"cat_{ground}.jpg", quality=88) for ground, page in flat.items()]
    groups.append([save(cat, "cat.png"), *jpegs])
    for number in ("1,480.00", "1,430.00"):
        stem = number[:5].replace(",", "")
        groups.append([save(form(number), f"form{stem}.png"), save(form(number), f"form{stem}.jpg", quality=80)])
    for name in ("astronaut", "rocket"):
        shown = photo(name, (220, 180))
        moving = [Image.new("RGB", (200, 160)), *(shown.crop((at, at, at + 200, at + 160)) for at in (0, 10, 20))]
        save(moving[0], f"{name}.webp", save_all=True, append_images=moving[1:], lossless=True)
    return {frozenset(group) for group in groups}


@pytest.fixture(scope="module")
def library_and_groups(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Library, set[frozenset[str]]]]:
    folder = tmp_path_factory.mktemp("kept")
    groups = kept(folder / "pictures")
    with lookalike.open(folder / "library") as library:
        library.index(folder / "pictures")
        yield library, groups


def test_each_group_of_copies_is_of_one_picture_and_whole(
    library_and_groups: tuple[Library, set[frozenset[str]]],
) -> None:
    library, groups = library_and_groups
    found = {frozenset(Path(member.path).name for member in group.members) for group in library.dupes("copy")}
    assert found == groups


def test_nothing_but_the_same_bytes_or_pixels_is_identical(
    library_and_groups: tuple[Library, set[frozenset[str]]],
) -> None:
    library, _ = library_and_groups
    assert library.dupes("identical") == []
