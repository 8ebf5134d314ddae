"""Which places can be found again, and what is kept of each?"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pictures import lit, part, photo, turned

from lookalike.describe.drawing import captioned, in_rows
from lookalike.local import DETECTORS, EXTRACTORS
from lookalike.match.drawing.descriptor import glimpse
from lookalike.match.drawing.keypoints import marked
from lookalike.match.match.nearest import Nearest
from lookalike.match.verify.match_and_verify import related
from lookalike.match.verify.planar import Planar
from lookalike.types import Explanation, Keypoints, Picture, Pixels

CORNERS: Final = ("harris", "shi_tomasi", "fast", "uniqueness", "canny")
BLOBS: Final = ("log", "dog", "doh", "mser")
POSED: Final = ("sift", "orb", "akaze", "brisk")
LEARNED: Final = ("xfeat", "aliked", "disk")
DESCRIPTORS: Final = ("patch", "self_similarity", "sift", "orb", "beblid")
CLEAREST: Final = 30
"""Matches."""
BORDER: Final = 60
"""px within which some extractors have no row."""
FAR: Final = 80
"""px from a place to another."""
REACH: Final = 3.0
"""Times the size of a keypoint, what is drawn of its surroundings, each way."""
CROP: Final = 128
"""px of that."""
SHOWN: Final = 60
"""Keypoints, the best of each kind."""
WIDE, NARROW = 420, 280
"""px of each picture."""


def corners_and_edges() -> Explanation:
    return _found(CORNERS)


def blobs_and_regions() -> Explanation:
    return _found(BLOBS)


def keypoints_with_a_pose() -> Explanation:
    return _found(POSED)


def keypoints_of_networks() -> Explanation:
    return _found(LEARNED)


def one_place_in_numbers() -> Explanation:
    """A place, the same place in another picture, and a third; and what each descriptor keeps of them."""
    cat, other = photo("chelsea"), _other_cat()
    here, there = _same_place(cat, other)
    elsewhere = _another(other, there)
    places = [(cat, here), (other, there), (other, elsewhere)]
    makers = [EXTRACTORS.make(kind) for kind in DESCRIPTORS]
    rows = [[maker.extract(picture, place).descriptors[0] for picture, place in places] for maker in makers]
    columns = [
        [captioned(glimpse(maker, row), maker.name) for row in of_three]
        for maker, of_three in zip(makers, rows, strict=True)
    ]
    told = [
        f"{maker.name} {_alike(a, b):.2f} and {_alike(a, c):.2f}" for maker, (a, b, c) in zip(makers, rows, strict=True)
    ]
    crops = [
        captioned(_around(*place), name) for place, name in zip(places, ("here", "there", "elsewhere"), strict=True)
    ]
    sheet = [tile for at in range(3) for tile in (crops[at], *(column[at] for column in columns))]
    return Explanation(
        f"How like 'there' and 'elsewhere' are to 'here': {', '.join(told)}.", in_rows(sheet, len(DESCRIPTORS) + 1)
    )


def _other_cat() -> Picture:
    return lit(turned(photo("chelsea"), 35), 0.5, 0.9)


def _same_place(a: Picture, b: Picture) -> tuple[Keypoints, Keypoints]:
    """Of the clearest matches that a geometry agrees with, the one of the largest keypoint."""
    sift = EXTRACTORS.make("sift")
    of_a, of_b = sift.extract(a), sift.extract(b)
    found = related(of_a, of_b, Nearest(), Planar())
    assert found.geometry is not None
    assert of_a.keypoints.scale is not None
    pairs = found.matches.pairs[found.geometry.inliers]
    pairs = pairs[_inside(of_a.keypoints)[pairs[:, 0]] & _inside(of_b.keypoints)[pairs[:, 1]]][:CLEAREST]
    i, j = pairs[np.argmax(of_a.keypoints.scale[pairs[:, 0]])]
    return of_a.keypoints[i : i + 1], of_b.keypoints[j : j + 1]


def _another(picture: Picture, place: Keypoints) -> Keypoints:
    """The largest keypoint that is far from the place."""
    found = EXTRACTORS.make("sift").extract(picture).keypoints
    assert found.scale is not None
    assert place.scale is not None
    far = _inside(found) & (np.linalg.norm(found.xy - place.xy, axis=1) > FAR)
    at = int(np.argmax(np.where(far & (found.scale < 2 * place.scale), found.scale, 0)))
    return found[at : at + 1]


def _inside(keypoints: Keypoints) -> NDArray[np.bool_]:
    """(k,) whether every extractor has a row there."""
    return np.asarray(((keypoints.xy >= BORDER) & (keypoints.xy < np.array(keypoints.size) - BORDER)).all(axis=1))


def _alike(a: NDArray[Any], b: NDArray[Any]) -> float:
    """The share of equal bits, or the cosine."""
    if a.dtype == np.uint8:
        return float(np.mean(np.unpackbits(a) == np.unpackbits(b)))
    return float(a @ b)


def _around(picture: Picture, place: Keypoints) -> Pixels:
    """What lies about a keypoint, and it."""
    assert place.scale is not None
    (x, y), reach = place.xy[0], round(REACH * float(place.scale[0]))
    left, top = (
        int(np.clip(round(float(at)) - reach, 0, most - 2 * reach))
        for at, most in zip((x, y), picture.size, strict=True)
    )
    cut = part(picture, (left, top, 2 * reach, 2 * reach))
    moved = Keypoints(place.xy - np.array([[left, top]], np.float32), place.scores, cut.size, place.scale, place.angle)
    return marked(cut, moved, CROP)


def _found(kinds: tuple[str, ...]) -> Explanation:
    columns, side = (2, WIDE) if len(kinds) == 4 else (3, NARROW)
    picture = photo("coffee")
    found = [DETECTORS.make(kind, {"max_keypoints": SHOWN}).detect(picture) for kind in kinds]
    tiles = [captioned(marked(picture, one, side), kind) for kind, one in zip(kinds, found, strict=True)]
    return Explanation(f"{SHOWN} keypoints of each kind.", in_rows(tiles, columns))


FIGURES = (corners_and_edges, blobs_and_regions, keypoints_with_a_pose, keypoints_of_networks, one_place_in_numbers)
