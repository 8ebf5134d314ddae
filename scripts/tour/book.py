"""The pages of the tour and their figures: each is drawn, and put into words, by the library itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import on_colours
import on_differences
import on_hashes
import on_indexes
import on_keypoints
import on_ladder
import on_learning
import on_matches
import on_mixing
import on_networks
import on_objects
import on_proofs
import on_spectra
import on_sums
import on_templates
import on_text
import on_textures
import on_words
from numpy.typing import NDArray
from PIL import Image

from lookalike.types import Explanation, Pixels

TOUR: Final = Path(__file__).resolve().parents[2] / "docs" / "tour"
FIGURES: Final = TOUR / "figures"
CHAPTERS: Final = (
    on_ladder,
    on_templates,
    on_colours,
    on_spectra,
    on_textures,
    on_hashes,
    on_sums,
    on_networks,
    on_text,
    on_mixing,
    on_indexes,
    on_keypoints,
    on_matches,
    on_words,
    on_proofs,
    on_differences,
    on_learning,
    on_objects,
)
NAMED: Final = re.compile(r"(!\[[^\]]+\]\(figures/([a-z0-9-]+)\.webp\)\n)(\n> [^\n]*\n)?")
"""A figure on a page, its name, and what the library says of it."""
WIDTH: Final = 860
"""px that a page has for a figure."""
QUALITY: Final = 80
COARSE: Final = 4
LIKE: Final = 4.0
"""Mean difference in levels, at a quarter of the size, below which two drawings are one: WebP smears single px."""
BLOCK: Final = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def pages() -> list[Path]:
    return sorted(TOUR.glob("*.md"))


def artists() -> Mapping[str, Callable[[], Explanation]]:
    """What draws each figure, by its name."""
    return {artist.__name__.replace("_", "-"): artist for chapter in CHAPTERS for artist in chapter.FIGURES}


def shown(page: Path) -> list[str]:
    """The figures of a page, in order."""
    return [name for _, name, _ in NAMED.findall(page.read_text("utf-8"))]


def captioned(text: str, lines: Mapping[str, str]) -> str:
    """The page with what the library says below each figure, in place of what it said before."""

    def with_line(found: re.Match[str]) -> str:
        line = lines.get(found[2])
        return found[0] if line is None else f"{found[1]}\n> {line}\n"

    return NAMED.sub(with_line, text)


def said(page: Path) -> dict[str, str]:
    """What stands below each figure of a page."""
    return {name: line.strip().removeprefix("> ") for _, name, line in NAMED.findall(page.read_text("utf-8"))}


def blocks(page: Path, language: str) -> list[str]:
    """What a page says to type."""
    return [text for kind, text in BLOCK.findall(page.read_text("utf-8")) if kind == language]


def save(name: str, pixels: Pixels) -> None:
    FIGURES.mkdir(exist_ok=True)
    Image.fromarray(fitted(pixels)).save(FIGURES / f"{name}.webp", "WEBP", quality=QUALITY, method=6)


def fitted(pixels: Pixels) -> Pixels:
    """No wider than a page."""
    height, width = pixels.shape[:2]
    if width <= WIDTH:
        return pixels
    return np.asarray(
        cv2.resize(pixels, (WIDTH, round(height * WIDTH / width)), interpolation=cv2.INTER_AREA), np.uint8
    )


def differs(name: str, pixels: Pixels) -> bool:
    """Whether the figure that is kept is another picture."""
    with Image.open(FIGURES / f"{name}.webp") as image:
        kept = np.asarray(image.convert("RGB"))
    new = fitted(pixels)
    return kept.shape != new.shape or float(np.abs(_coarse(kept) - _coarse(new)).mean()) > LIKE


def orphans(names: Iterable[str]) -> list[Path]:
    """Figures that are kept and not among `names`."""
    kept = {f"{name}.webp" for name in names}
    return sorted(file for file in FIGURES.glob("*") if file.name not in kept)


def _coarse(pixels: Pixels) -> NDArray[np.float32]:
    size = (pixels.shape[1] // COARSE, pixels.shape[0] // COARSE)
    return np.asarray(cv2.resize(pixels.astype(np.float32), size, interpolation=cv2.INTER_AREA), np.float32)
