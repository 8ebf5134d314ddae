"""Do two pictures show the same, and how do they lie to each other?"""

from __future__ import annotations

from box import view
from pictures import lit, part, photo, picture, scaled, square, turned

import lookalike
from lookalike.local import EXTRACTORS
from lookalike.match.drawing.matches import draw
from lookalike.match.match.nearest import Nearest
from lookalike.match.verify.epipolar import Epipolar
from lookalike.match.verify.match_and_verify import Related
from lookalike.search.match import match
from lookalike.types import Explanation, Picture


def cropped_turned_and_dark() -> Explanation:
    """A part of a portrait, turned, smaller and darker."""
    whole = photo("astronaut")
    cut = part(turned(whole, 12), (110, 60, 280, 280))
    return _proved(lit(scaled(cut, 0.7), 0.6, 0.6), whole)


def mirrored() -> Explanation:
    cup = photo("coffee")
    return _proved(picture(cup.pixels[:, ::-1]), cup)


def pasted() -> Explanation:
    """A photo as a small part of another."""
    small, canvas = scaled(photo("chelsea"), 0.45), photo("rocket").pixels.copy()
    canvas[40 : 40 + small.size[1], 380 : 380 + small.size[0]] = small.pixels
    return _proved(photo("chelsea"), picture(canvas))


def one_side_of_a_box() -> Explanation:
    """A photo, and a box that has it on a side."""
    return _proved(square(photo("chelsea"), 300), view(30, 0.8))


def two_cameras() -> Explanation:
    """Two sides of a box at once: no plane explains both, two cameras do."""
    a, b = view(215), view(235, 0.8)
    of_a, of_b = (EXTRACTORS.make("sift").extract(one) for one in (a, b))
    matches = Nearest().match(of_a, of_b)
    geometry = Epipolar().verify(of_a, of_b, matches)
    agreeing = 0 if geometry is None else int(geometry.inliers.sum())
    line = f"{agreeing} of {len(matches)} matches agree on where the two cameras stood."
    return Explanation(line, draw(a, b, of_a, of_b, Related(of_a, matches, geometry)))


def brick_walls() -> Explanation:
    """Two parts of one wall that share nothing but bricks."""
    wall = photo("brick")
    return _proved(part(wall, (0, 0, 256, 300)), part(wall, (256, 212, 256, 300)))


def sky() -> Explanation:
    """A clear sky, twice."""
    rocket = photo("rocket")
    return _proved(part(rocket, (340, 10, 140, 120)), part(rocket, (360, 20, 140, 120)))


def too_far_around() -> Explanation:
    """The box from sides that are far apart."""
    return _proved(view(20), view(62, 0.8))


def _proved(a: Picture, b: Picture) -> Explanation:
    """What a comparison says, and the matches that it rests on."""
    found = match(a.pixels, b.pixels)
    told = lookalike.compare(a.pixels, b.pixels, describers=["phash"])
    if told.evidence is None:
        count = len(found.found.matches)
        return Explanation(f"Not proved: no geometry explains the {count} matches better than chance.", found.drawing())
    x, y, width, height = told.evidence.box
    line = f"{told.relation}: {told.evidence.why}; at {x:.0f}, {y:.0f}, {width:.0f} x {height:.0f} px of the second."
    return Explanation(line, found.drawing())


FIGURES = (
    cropped_turned_and_dark,
    mirrored,
    pasted,
    one_side_of_a_box,
    two_cameras,
    brick_walls,
    sky,
    too_far_around,
)
