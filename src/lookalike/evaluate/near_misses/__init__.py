"""Near misses: pictures of one make-up and other content, made by chance from a seed, and where they differ.

`KINDS` names what is made; `family` makes a base picture and its variants, the same of the same seed and photos.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from lookalike.errors import UnknownName
from lookalike.evaluate.near_misses.cameras import fixed_cameras
from lookalike.evaluate.near_misses.charts import charts
from lookalike.evaluate.near_misses.codes import ean_codes, qr_codes
from lookalike.evaluate.near_misses.colourways import colourways, photographed_colourways
from lookalike.evaluate.near_misses.family import Family, Frames, Maker, difference_boxes, differing
from lookalike.evaluate.near_misses.forms import forms
from lookalike.evaluate.near_misses.memes import memes
from lookalike.evaluate.near_misses.photos import Photos
from lookalike.evaluate.near_misses.screens import chat_screens, text_screens

__all__ = ["KINDS", "Family", "Frames", "Photos", "difference_boxes", "differing", "family"]

KINDS: Mapping[str, Maker] = MappingProxyType(
    {
        "form": forms,
        "qr": qr_codes,
        "ean": ean_codes,
        "chart": charts,
        "screen": text_screens,
        "chat": chat_screens,
        "meme": memes,
        "camera": fixed_cameras,
        "colourway": colourways,
        "photographed colourway": photographed_colourways,
    }
)
"""By name."""


def family(kind: str, seed: int, photos: Photos) -> Family:
    """A base picture of `kind` and its variants, the smallest difference first.

    Raises `UnknownName` for another kind, `BadQuery` where the kind is made of photos and there are none.
    """
    if kind not in KINDS:
        raise UnknownName("kind of near miss", kind, KINDS)
    base, *variants = KINDS[kind](np.random.default_rng([seed, zlib.crc32(kind.encode())]), photos)
    return Family(kind, seed, base, tuple(variants))
