"""Is it the same file in other bytes? Fingerprints of 64 bits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from pictures import lit, noisy, part, photo, picture, scaled, turned

from lookalike.describe.ahash import AverageHash
from lookalike.describe.bars import named_back_to_back
from lookalike.describe.dhash import DifferenceHash
from lookalike.describe.drawing import HEAD, captioned, in_rows, magnified, side_by_side, tile
from lookalike.describe.hamming import SquareHash
from lookalike.describe.pdq import PDQHash
from lookalike.describe.phash import PerceptualHash
from lookalike.describe.whash import WaveletHash
from lookalike.pixels.colour import rgb_of_grey
from lookalike.search.match import match
from lookalike.types import Explanation, Picture

EDITS: Final[Mapping[str, Callable[[Picture], Picture]]] = {
    "smaller": lambda cat: scaled(cat, 0.4),
    "noisy": lambda cat: noisy(cat, 25),
    "darker": lambda cat: picture((cat.pixels * 0.6).astype(np.uint8)),
    "lit from a side": lambda cat: lit(cat, 0.4, 1.4),
    "cropped to 80 %": lambda cat: part(cat, (30, 20, 361, 240)),
    "turned by 5": lambda cat: turned(cat, 5),
    "turned by 15": lambda cat: turned(cat, 15),
    "mirrored": lambda cat: picture(cat.pixels[:, ::-1]),
    "another picture": lambda _: photo("coffee"),
}
"""What is done to the cat."""
HASHES: Final = (AverageHash(), DifferenceHash(), WaveletHash(), PerceptualHash(), PDQHash())
SQUARE: Final = 128
"""px of a drawn square of bits."""


def cat_in_bits() -> Explanation:
    """The cat as each hash keeps it: a set bit is white."""
    cat = photo("chelsea")
    squares = [rgb_of_grey(np.where(one.bits(cat), 255, 0).astype(np.uint8)) for one in HASHES]
    names = [f"{one.name}, {one.space.dim} bits" for one in HASHES]
    tiles = [captioned(magnified(bits, (SQUARE, SQUARE)), name) for bits, name in zip(squares, names, strict=True)]
    return Explanation(
        f"One cat as {len(HASHES)} codes, {HASHES[0].space.dim // 8} to {HASHES[-1].space.dim // 8} bytes each.",
        side_by_side(tiles),
    )


def smaller_and_noisy() -> Explanation:
    """What a hash is made for."""
    return AverageHash().explain(photo("chelsea"), noisy(scaled(photo("chelsea"), 0.4), 25))


def slopes_of_a_crop() -> Explanation:
    return DifferenceHash().explain(photo("chelsea"), EDITS["cropped to 80 %"](photo("chelsea")))


def halves() -> Explanation:
    return WaveletHash().explain(photo("chelsea"), EDITS["lit from a side"](photo("chelsea")))


def coarse_light() -> Explanation:
    return PerceptualHash().explain(photo("chelsea"), EDITS["turned by 15"](photo("chelsea")))


def fine_light() -> Explanation:
    return PDQHash().explain(photo("chelsea"), EDITS["turned by 15"](photo("chelsea")))


def edited_cats() -> Explanation:
    """All edits, as they look."""
    cat = photo("chelsea")
    tiles = [captioned(tile(edit(cat).pixels, edit(cat).size, HEAD), name) for name, edit in EDITS.items()]
    return Explanation(f"{len(tiles) - 1} copies of one picture, and another.", in_rows(tiles, 3))


def bits_that_differ() -> Explanation:
    """Of the bits of two hashes, how many an edit turns over."""
    shares = np.array(
        [
            [_differing(one, edit(photo("chelsea"))) for edit in EDITS.values()]
            for one in (DifferenceHash(), PerceptualHash())
        ]
    )
    safe = [name for name, most in zip(EDITS, shares.max(axis=0), strict=True) if most <= 0.16]
    bars = named_back_to_back(shares[0], shares[1], list(EDITS))
    return Explanation("Seen as copies by both: " + ", ".join(safe) + ".", bars)


def _differing(one: SquareHash, other: Picture) -> float:
    return float(np.mean(one.bits(photo("chelsea")) != one.bits(other)))


def crop_by_segments() -> Explanation:
    """A crop, found again by hashes of what is whole in it."""
    cat = photo("chelsea")
    found = match(EDITS["cropped to 80 %"](cat).pixels, cat.pixels, local="segments")
    agreeing = 0 if found.found.geometry is None else int(found.found.geometry.inliers.sum())
    line = f"{agreeing} of {len(found.found.matches)} segments with equal hashes agree on where the crop was cut."
    return Explanation(line, found.drawing())


FIGURES = (
    cat_in_bits,
    smaller_and_noisy,
    slopes_of_a_crop,
    halves,
    coarse_light,
    fine_light,
    edited_cats,
    bits_that_differ,
    crop_by_segments,
)
