"""Edited copies of a picture, as people make them, each with the exact way back to the original.

`EDITS` names every edit; `edit` makes one. The same name, pixels, other picture and seed give the same copy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from lookalike.pixels.augment import frame, geometry, light, strong
from lookalike.pixels.augment.edited import Edited
from lookalike.types import Pixels

__all__ = ["EDITS", "REVISION", "Edit", "Edited", "edit"]

REVISION = 1
"""Raised by hand when an edit changes what it makes."""

Edit = Callable[[Pixels, np.random.Generator, Pixels], Edited]
"""Pixels, chance, and another picture, which a collage needs, to the edited copy."""

EDITS: Mapping[str, Edit] = MappingProxyType(
    {
        "jpeg": light.jpeg,
        "grey": light.grey,
        "brightness": light.brightness,
        "contrast": light.contrast,
        "gamma": light.gamma,
        "cast": light.cast,
        "blur": light.blur,
        "noise": light.noise,
        "scale": geometry.scale,
        "crop": geometry.crop,
        "flip": geometry.flip,
        "rotation": geometry.rotation,
        "text": frame.text,
        "box": frame.box,
        "border": frame.border,
        "letterbox": frame.letterbox,
        "screenshot": frame.screenshot,
        "collage": frame.collage,
        "strong": strong.strong,
    }
)


def edit(name: str, pixels: Pixels, seed: int, other: Pixels) -> Edited:
    """The copy of (h, w, 3) `pixels` that `name` and `seed` make; `other` is what a collage pastes it into."""
    if name not in EDITS:
        raise ValueError(f"no edit {name!r}; known: {', '.join(EDITS)}")
    rng = np.random.default_rng([seed, sorted(EDITS).index(name)])
    return EDITS[name](pixels, rng, other)
