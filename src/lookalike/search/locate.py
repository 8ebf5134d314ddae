"""A template looked for in a picture, and the map of where it might be."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lookalike.errors import BadPicture, BadQuery
from lookalike.match import LOCATORS
from lookalike.match.drawing.response import heat_map
from lookalike.match.locate.planes import at_scale_of
from lookalike.pixels.limits import Limits
from lookalike.pixels.png import png
from lookalike.pixels.resize import resize
from lookalike.protocols import Locator
from lookalike.search.atomic import write_atomically
from lookalike.search.query.decoder import PictureDecoder
from lookalike.search.query.source import Source, fetched, name_of, opaque, sample
from lookalike.types import Located, Picture, Placement


@dataclass(frozen=True, eq=False)
class Search:
    """Where something was looked for, and what was found."""

    image: Picture
    located: Located

    def of(self, placements: Sequence[Placement]) -> Search:
        """The same, of these places alone."""
        return replace(self, located=replace(self.located, placements=tuple(placements)))

    def save_map(self, path: str | os.PathLike[str]) -> Path:
        """The picture as PNG, warmer where the template fits better, with the places that were found."""
        if self.located.response is None:
            raise BadQuery("a map needs every window compared: search with the engine 'exact' or 'poses'")
        return write_atomically(Path(path), png(heat_map(self.image, self.located)))


def locate(
    template: Source,
    image: Source,
    *,
    k: int = 1,
    mask: Source | None = None,
    locator: Locator | None = None,
    limits: Limits = Limits(),
) -> Search:
    """The best `k` places of `template` in `image`: where `mask`, a picture of the template's size, is light.

    Without a mask, where the template is opaque.
    """
    (found,) = locate_each([template], image, k=k, mask=mask, locator=locator, limits=limits)
    return found


def locate_each(
    templates: Sequence[Source],
    image: Source,
    *,
    k: int = 1,
    mask: Source | None = None,
    locator: Locator | None = None,
    limits: Limits = Limits(),
) -> list[Search]:
    """The same of several templates, in their order; the image is decoded once, and its planes are computed once."""
    if k < 1:
        raise BadQuery(f"k must be 1 or more, not {k}")
    decoder = PictureDecoder(limits)
    try:
        names = [name_of(template) for template in templates]
        sources = [fetched(template) for template in templates]
        named = zip(sources, names, strict=True)
        small = [sample(source, decode=decoder.decode, label=name).picture(None) for source, name in named]
        if mask is None:
            covered = [opaque(source, opacity=decoder.opacity) for source in sources]
        else:
            covered = [_light(sample(mask, decode=decoder.decode).picture(None))] * len(sources)
        large = sample(image, decode=decoder.decode).picture(None)
    finally:
        decoder.close()
    engine = LOCATORS.make("fast") if locator is None else locator
    searches = zip(names, small, covered, strict=True)
    return [Search(large, _located(engine, one, large, k, only, name)) for name, one, only in searches]


def _located(
    engine: Locator, template: Picture, image: Picture, k: int, mask: NDArray[np.bool_] | None, name: str | None
) -> Located:
    """Raises with the name of the template that cannot be looked for."""
    try:
        scaled = at_scale_of(image, template)
        return engine.locate(scaled, image, k, _at_scale(mask, template, scaled))
    except BadPicture as error:
        raise BadPicture(error.reason, error.detail, name or "") from error
    except BadQuery as error:
        raise BadQuery(str(error) if name is None else f"{name!r}: {error}") from error


def _at_scale(mask: NDArray[np.bool_] | None, template: Picture, scaled: Picture) -> NDArray[np.bool_] | None:
    """The mask as the template was scaled; as it is where it was never the template's, for the engine to refuse."""
    if mask is None or scaled is template or mask.shape != template.pixels.shape[:2]:
        return mask
    return np.asarray(resize(255 * mask.astype(np.uint8), scaled.pixels.shape[1::-1]) >= 128)


def _light(mask: Picture) -> NDArray[np.bool_]:
    return np.asarray(mask.pixels.mean(axis=2) >= 128)
