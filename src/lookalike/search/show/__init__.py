"""One picture as each rung of the ladder of methods sees it, or two as one describer compares them, and a sentence."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Final, cast

from lookalike.describe.convnet import ConvNet
from lookalike.errors import UnknownName
from lookalike.pixels.limits import Limits
from lookalike.protocols import Describer
from lookalike.search.components import describer_of
from lookalike.search.query.decoder import PictureDecoder
from lookalike.search.query.source import Source, sample
from lookalike.search.show.drawing import Drawing
from lookalike.types import Picture

Artist = Callable[[Picture], Drawing]
PairArtist = Callable[[Picture, Picture, Describer], Drawing]

ARTISTS: Final[Mapping[str, str]] = {
    "histogram": "lookalike.search.show.histogram:histogram",
    "spectrum": "lookalike.search.show.spectrum:spectrum",
    "texture": "lookalike.search.show.texture:texture",
    "keypoints": "lookalike.search.show.keypoints:keypoints",
    "parts": "lookalike.search.show.parts:parts",
    "classes": "lookalike.search.show.classes:classes",
}
"""Name -> function, as 'package.module:function'; nothing is imported until asked for."""
PAIRS: Final[Mapping[str, str]] = {"agreement": "lookalike.search.show.agreement:agreement"}
"""Likewise of two pictures and a describer."""
SIDE: Final = 640
"""px that the shorter side of the picture is decoded with at least, where it has so many."""


def show(kind: str, source: Source, *, limits: Limits = Limits()) -> Drawing:
    """The drawing of that kind, and a sentence about it; raises `UnknownName` for a kind that is none."""
    if kind not in ARTISTS:
        raise UnknownName("drawing of one picture", kind, ARTISTS)
    (picture,) = _pictures([source], SIDE, limits)
    return cast(Artist, _function(ARTISTS[kind]))(picture)


def show_pair(
    kind: str, a: Source, b: Source, describer: str | Describer = ConvNet.name, *, limits: Limits = Limits()
) -> Drawing:
    """The drawing of two pictures and a describer, and a sentence; raises `UnknownName` for a kind that is none."""
    if kind not in PAIRS:
        raise UnknownName("drawing of two pictures", kind, PAIRS)
    compared = describer_of(describer)
    first, second = _pictures([a, b], max(SIDE, compared.min_side), limits)
    return cast(PairArtist, _function(PAIRS[kind]))(first, second, compared)


def _function(words: str) -> object:
    module, _, name = words.partition(":")
    return getattr(importlib.import_module(module), name)


def _pictures(sources: Sequence[Source], side: int, limits: Limits) -> list[Picture]:
    decoder = PictureDecoder(limits)
    try:
        return [sample(source, decode=decoder.decode).picture(side) for source in sources]
    finally:
        decoder.close()
