"""Towers as a folder describes them, before their graphs are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lookalike.models.towers.folder import ModelFolder
from lookalike.models.towers.recipe import Resample, Resize

IMAGE_OUTPUTS = ("image_embeds", "image_embeddings", "pooler_output")
TEXT_OUTPUTS = ("text_embeds", "text_embeddings", "pooler_output")


@dataclass(frozen=True)
class Preparing:
    """How pictures are prepared; see `Seeing`."""

    size: tuple[int, int]
    resize: Resize
    shorter: int
    resample: Resample
    scale: float
    mean: tuple[float, float, float]
    std: tuple[float, float, float]


@dataclass(frozen=True)
class Cleaning:
    """How texts are prepared; see `Reading`. `pad` is None where the tokenizer's file is to say it."""

    tokenizer: str
    pad: str | None
    pad_left: bool
    length: int | None
    lower: bool
    strip: bool
    prefix: str


@dataclass(frozen=True)
class Towers:
    """A folder's layout, graphs and settings. `named_outputs`: whether outputs are taken by name, else the first is."""

    folder: ModelFolder
    layout: str
    image_graph: str
    text_graph: str
    preparing: Preparing
    cleaning: Cleaning
    named_outputs: bool


def three(folder: ModelFolder, where: str, values: Any, *, positive: bool = False) -> tuple[float, float, float]:
    """Three numbers, one a channel."""
    good = isinstance(values, list) and len(values) == 3 and all(isinstance(value, (int, float)) for value in values)
    if not good or (positive and min(values) <= 0):
        raise folder.wrong(f"{where} should be three {'positive ' if positive else ''}numbers, not {values!r}")
    red, green, blue = map(float, values)
    return red, green, blue


def pixels(folder: ModelFolder, where: str, value: Any) -> int:
    """A size in px."""
    if not isinstance(value, int) or isinstance(value, bool) or not 8 <= value <= 4096:
        raise folder.wrong(f"{where} should be a size in px, not {value!r}")
    return value


def token(value: Any) -> str | None:
    """A token as tokenizer_config.json writes it: a text, or an object that holds it."""
    content = value.get("content") if isinstance(value, dict) else value
    return content if isinstance(content, str) else None
