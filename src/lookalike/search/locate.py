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
from lookalike.match.locate.judgement import is_told, judged, of_opacity
from lookalike.match.locate.planes import at_scale_of
from lookalike.pixels.limits import Limits
from lookalike.pixels.png import png
from lookalike.pixels.resize import resize
from lookalike.protocols import Locator
from lookalike.search.atomic import write_atomically
from lookalike.search.query.decoder import PictureDecoder
from lookalike.search.query.source import Source, alpha_of, fetched, name_of, sample
from lookalike.types import Located, Picture, Placement


@dataclass(frozen=True, eq=False)
class Search:
    """A picture in which a template was looked for, and the places found, best first."""

    image: Picture
    located: Located
    why: str | None = None
    """Reason why nothing is told, where nothing is: it says what was seen of the template."""

    def of(self, placements: Sequence[Placement]) -> Search:
        """The search with these places alone."""
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
    least: float | None = None,
    like: bool = False,
    locator: Locator | None = None,
    limits: Limits = Limits(),
) -> Search:
    """The best `k` places of `template` in `image`, best first; none, and `why` says so, where it is not there.

    The template counts where `mask`, a picture of its size, is light; without a mask, where it is opaque.
    `like` also gives places that are merely like it, after all others, and `least` all that score so high. Boxes are in
    px of the image. Raises `BadPicture` and `BadQuery` for what is no picture, or a template larger than the image.
    """
    (found,) = locate_each([template], image, k=k, mask=mask, least=least, like=like, locator=locator, limits=limits)
    return found


def locate_each(
    templates: Sequence[Source],
    image: Source,
    *,
    k: int = 1,
    mask: Source | None = None,
    least: float | None = None,
    like: bool = False,
    locator: Locator | None = None,
    limits: Limits = Limits(),
) -> list[Search]:
    """Places of several templates, in their order; the image is decoded once, and its planes are computed once."""
    if k < 1:
        raise BadQuery(f"k must be 1 or more, not {k}")
    decoder = PictureDecoder(limits)
    try:
        names = [name_of(template) for template in templates]
        sources = [fetched(template) for template in templates]
        named = zip(sources, names, strict=True)
        small = [sample(source, decode=decoder.decode, label=name).picture(None) for source, name in named]
        if mask is None:
            alphas = [alpha_of(source, opacity=decoder.opacity) for source in sources]
        else:
            alphas = [_light(sample(mask, decode=decoder.decode).picture(None))] * len(sources)
        large = sample(image, decode=decoder.decode).picture(None)
    finally:
        decoder.close()
    engine = LOCATORS.make("fast") if locator is None else locator
    found = [
        _located(engine, one, large, k, alpha, name, judge=least is None)
        for name, one, alpha in zip(names, small, alphas, strict=True)
    ]
    return [Search(large, _told(one, least, like), _why(one, least, like)) for one in found]


def _told(located: Located, least: float | None, like: bool) -> Located:
    """Located places that are asked for."""
    if least is not None:
        kept = [one for one in located.placements if one.score >= least]
    else:
        kept = [one for one in located.placements if is_told(one) or (like and one.kind == "like")]
    return replace(located, placements=tuple(kept))


def _why(located: Located, least: float | None, like: bool) -> str | None:
    """Words for what was seen of the template, where no place is told."""
    if _told(located, least, like).placements:
        return None
    if not located.placements:
        return "the template is flat, or has too few px, to be told at another size or turned"
    best = max(located.placements, key=lambda one: one.score)
    if least is not None or best.why is None:
        return f"the best place scores {best.score:.3f}"
    shown = "--like shows it" if best.kind == "like" else "--least 0 shows it all the same"
    return f"the best place, at {best.box[0]:.0f}, {best.box[1]:.0f}, scores {best.score:.3f}, but {best.why}; {shown}"


def _located(
    engine: Locator,
    template: Picture,
    image: Picture,
    k: int,
    alpha: NDArray[np.uint8] | None,
    name: str | None,
    judge: bool,
) -> Located:
    """By the score alone, unless `judge`; raises with the name of the template that cannot be looked for."""
    scaled = at_scale_of(image, template)
    sought = of_opacity(scaled, _at_scale(alpha, template, scaled))
    try:
        return judged(engine, sought, image, k) if judge else engine.locate(scaled, image, k, sought.mask)
    except BadPicture as error:
        raise BadPicture(error.reason, error.detail, name or "") from error
    except BadQuery as error:
        raise BadQuery(str(error) if name is None else f"{name!r}: {error}") from error


def _at_scale(alpha: NDArray[np.uint8] | None, template: Picture, scaled: Picture) -> NDArray[np.uint8] | None:
    """As the template was scaled; as it is where it was never the template's, for the engine to refuse."""
    if alpha is None or scaled is template or alpha.shape != template.pixels.shape[:2]:
        return alpha
    return np.asarray(resize(alpha, scaled.pixels.shape[1::-1]))


def _light(mask: Picture) -> NDArray[np.uint8]:
    """255 where it is."""
    return np.asarray(np.where(mask.pixels.mean(axis=2) >= 128, 255, 0), np.uint8)
