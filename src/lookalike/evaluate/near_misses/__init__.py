"""Near misses: pictures of one make-up and other content, made by chance from a seed, and where they differ.

`KINDS` names what is made; `family` makes a base picture and its variants, the same of the same seed and photos.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from lookalike.errors import UnknownName
from lookalike.evaluate.near_misses.animations import animations
from lookalike.evaluate.near_misses.badges import badges
from lookalike.evaluate.near_misses.boards import chess_boards, go_boards
from lookalike.evaluate.near_misses.calendars import calendars
from lookalike.evaluate.near_misses.cameras import fixed_cameras
from lookalike.evaluate.near_misses.charts import charts
from lookalike.evaluate.near_misses.codes import ean_codes, qr_codes
from lookalike.evaluate.near_misses.colourways import colourways, near_colours, photographed_colourways
from lookalike.evaluate.near_misses.controls import controls
from lookalike.evaluate.near_misses.documents import documents
from lookalike.evaluate.near_misses.family import Family, Frames, Maker, difference_boxes, differing
from lookalike.evaluate.near_misses.forms import forms
from lookalike.evaluate.near_misses.logos import line_drawings, logos
from lookalike.evaluate.near_misses.maps import maps
from lookalike.evaluate.near_misses.memes import memes
from lookalike.evaluate.near_misses.pasted import pasted
from lookalike.evaluate.near_misses.photos import Photos
from lookalike.evaluate.near_misses.posts import posts
from lookalike.evaluate.near_misses.receipts import receipts
from lookalike.evaluate.near_misses.retouched import retouched
from lookalike.evaluate.near_misses.scoreboards import scoreboards
from lookalike.evaluate.near_misses.screens import chat_screens, text_screens
from lookalike.evaluate.near_misses.shelves import shelves

__all__ = ["KINDS", "VARIANTS", "Family", "Frames", "Photos", "difference_boxes", "differing", "family"]

KINDS: Mapping[str, Maker] = MappingProxyType(
    {
        "form": forms,
        "document": documents,
        "receipt": receipts,
        "calendar": calendars,
        "badge": badges,
        "qr": qr_codes,
        "ean": ean_codes,
        "chart": charts,
        "map": maps,
        "screen": text_screens,
        "chat": chat_screens,
        "control": controls,
        "chess": chess_boards,
        "go": go_boards,
        "scoreboard": scoreboards,
        "meme": memes,
        "camera": fixed_cameras,
        "shelf": shelves,
        "retouched": retouched,
        "pasted": pasted,
        "post": posts,
        "colourway": colourways,
        "photographed colourway": photographed_colourways,
        "near colour": near_colours,
        "logo": logos,
        "line drawing": line_drawings,
        "animation": animations,
    }
)
"""By name."""


VARIANTS = 3
"""Variants of a family, beside its base."""


def family(kind: str, seed: int, photos: Photos) -> Family:
    """A base picture of `kind` and its variants, the smallest difference first.

    Raises `UnknownName` for another kind, `BadQuery` where the kind is made of photos and there are none.
    """
    if kind not in KINDS:
        raise UnknownName("kind of near miss", kind, KINDS)
    base, *variants = KINDS[kind](np.random.default_rng([seed, zlib.crc32(kind.encode())]), photos)
    return Family(kind, seed, base, tuple(variants))
