"""One picture as each rung of the ladder of methods sees it: a drawing and a sentence, made from the picture alone."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Final, cast

from lookalike.errors import UnknownName
from lookalike.pixels.limits import Limits
from lookalike.search.query.decoder import PictureDecoder
from lookalike.search.query.source import Source, sample
from lookalike.search.show.drawing import Drawing
from lookalike.types import Picture

Artist = Callable[[Picture], Drawing]


ARTISTS: Final[Mapping[str, str]] = {
    "histogram": "lookalike.search.show.histogram:histogram",
    "spectrum": "lookalike.search.show.spectrum:spectrum",
    "texture": "lookalike.search.show.texture:texture",
    "keypoints": "lookalike.search.show.keypoints:keypoints",
    "parts": "lookalike.search.show.parts:parts",
    "classes": "lookalike.search.show.classes:classes",
}
"""Name -> function, as 'package.module:function'; nothing is imported until asked for."""
SIDE: Final = 640
"""px that the shorter side of the picture is decoded with at least, where it has so many."""


def show(kind: str, source: Source, *, limits: Limits = Limits()) -> Drawing:
    """The drawing of that kind, and a sentence about it; raises `UnknownName` for a kind that is none."""
    if kind not in ARTISTS:
        raise UnknownName("drawing", kind, ARTISTS)
    module, _, function = ARTISTS[kind].partition(":")
    artist = cast(Artist, getattr(importlib.import_module(module), function))
    decoder = PictureDecoder(limits)
    try:
        picture = sample(source, decode=decoder.decode).picture(SIDE)
    finally:
        decoder.close()
    return artist(picture)
