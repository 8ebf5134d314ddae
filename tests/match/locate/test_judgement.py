"""Which places are told: where the template is, exactly it, and not another sign of its family."""

import tracemalloc

import cv2
import numpy as np
import pytest
import skimage.data

from lookalike.match import LOCATORS
from lookalike.match.locate.disagreement import disagreement
from lookalike.match.locate.judgement import Sought, is_told, judged, of_opacity
from lookalike.match.locate.one_colour import is_of_one_colour
from lookalike.types import Picture

COFFEE = skimage.data.coffee()
CUP = np.s_[80:200, 200:330]
AT = (200, 80)


def picture(pixels: np.ndarray) -> Picture:
    pixels = np.ascontiguousarray(pixels[:, :, :3])
    return Picture(pixels, (pixels.shape[1], pixels.shape[0]))


def told(template: np.ndarray, image: np.ndarray, k: int = 9, engine: str = "exact", **settings: object) -> list:
    alpha = template[:, :, 3] if template.shape[2] == 4 else None
    sought = of_opacity(picture(template), alpha)
    found = judged(LOCATORS.make(engine, settings), sought, picture(image), k)
    return sorted((place.kind, *(round(at) for at in place.box[:2])) for place in found.placements if is_told(place))


def as_jpeg(pixels: np.ndarray, quality: int = 70) -> np.ndarray:
    return cv2.imdecode(cv2.imencode(".jpg", pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 1)[:, :, ::-1]


def box(ticked: bool) -> np.ndarray:
    drawn = np.full((26, 26, 3), 245, np.uint8)
    cv2.rectangle(drawn, (4, 4), (21, 21), (90, 90, 90))
    if ticked:
        cv2.polylines(drawn, [np.array([(8, 13), (12, 18), (18, 7)])], False, (20, 20, 20), 2, cv2.LINE_AA)
    return drawn


def form(states: list[bool]) -> np.ndarray:
    page = np.full((260, 300, 3), 245, np.uint8)
    for at, ticked in enumerate(states):
        page[20 + 40 * at : 46 + 40 * at, 30:56] = box(ticked)
        cv2.putText(page, f"Option {at}", (80, 40 + 40 * at), 0, 0.6, (0, 0, 0), 1, cv2.LINE_AA)
    return page


@pytest.mark.parametrize("engine", ["fast", "exact"])
@pytest.mark.parametrize("ticked", [True, False])
def test_a_box_in_one_state_is_not_told_of_those_in_the_other(engine, ticked):
    page = form([True, False, True, False, False])
    rows = [20, 100] if ticked else [60, 140, 180]
    assert told(box(ticked), page, engine=engine) == sorted(("exact", 30, y) for y in rows)
    assert told(box(ticked), form([not ticked] * 5), engine=engine) == []


@pytest.mark.parametrize("ticked", [True, False])
def test_neither_is_it_in_a_jpeg_of_other_light(ticked):
    page = as_jpeg(np.clip(form([True, False, True, False, False]) * 0.8 + 20, 0, 255).astype(np.uint8))
    rows = [20, 100] if ticked else [60, 140, 180]
    assert told(box(ticked), page) == sorted(("same", 30, y) for y in rows)


def test_an_eight_is_no_three_and_an_o_no_q():
    def letter(sign: str) -> np.ndarray:
        drawn = np.full((40, 34, 3), 255, np.uint8)
        cv2.putText(drawn, sign, (6, 30), 0, 1, (0, 0, 0), 2, cv2.LINE_AA)
        return drawn

    for one, other in (("3", "8"), ("O", "Q"), ("E", "F"), ("c", "e")):
        line = np.full((60, 200, 3), 255, np.uint8)
        for at in range(4):
            line[10:50, 10 + 45 * at : 44 + 45 * at] = letter(other)
        for page in (line, as_jpeg(line)):
            assert told(letter(one), page) == []
            assert told(letter(other), page) != []


def test_the_sibling_in_front_does_not_take_the_place_of_the_one_behind():
    """In grey the two buttons are the same: the first of the engine may be either."""
    page = np.full((120, 200, 3), 240, np.uint8)
    green, grey = (np.full((24, 60, 3), colour, np.uint8) for colour in ((40, 140, 60), (101, 101, 101)))
    for button in (green, grey):
        cv2.putText(button, "Go", (18, 17), 0, 0.5, (255, 255, 255), 1, cv2.LINE_AA)
    page[10:34, 10:70], page[80:104, 100:160], page[50:60, 5:15] = grey, green, (200, 30, 40)
    assert told(green, page, k=1) == [("exact", 100, 80)]
    page[80:104, 100:160] = grey
    assert told(green, page, k=1) == []
    assert told(green, page, k=1, colour=True) == []


def test_a_green_sign_is_found_in_a_picture_without_colours():
    rng = np.random.default_rng(0)
    sign = cv2.GaussianBlur(rng.integers(0, 256, (40, 40, 3), dtype=np.uint8), (0, 0), 2)
    sign = cv2.normalize(sign, None, 0, 255, cv2.NORM_MINMAX)
    page = np.full((200, 200, 3), 200, np.uint8)
    page[50:90, 60:100] = cv2.cvtColor(sign, cv2.COLOR_RGB2GRAY)[:, :, None]
    assert told(sign, page, k=1) == [("same", 60, 50)]
    assert told(sign, page, k=1, colour=True) == []


@pytest.mark.parametrize("change", ["jpeg", "noise", "light", "shade", "between"])
def test_what_jpeg_noise_light_and_a_part_of_a_pixel_do_is_no_other_sign(change):
    rng = np.random.default_rng(0)
    slope = np.linspace(0.6, 1.1, COFFEE.shape[1])[None, :, None]
    moved = cv2.warpAffine(COFFEE, np.float32([[1, 0, 0.4], [0, 1, -0.3]]), COFFEE.shape[1::-1], flags=cv2.INTER_CUBIC)
    seen = {
        "jpeg": as_jpeg(COFFEE, 40),
        "noise": COFFEE * 0.5 + rng.normal(0, 12, COFFEE.shape),
        "light": 0.7 * 255 * (COFFEE / 255) ** 1.4 + 30,
        "shade": COFFEE * slope,
        "between": moved,
    }[change]
    ((kind, x, y),) = told(COFFEE[CUP], np.clip(seen, 0, 255).astype(np.uint8), k=1)
    assert kind == "same"
    assert max(abs(x - AT[0]), abs(y - AT[1])) <= 1


@pytest.mark.parametrize("cover", ["flat", "photo"])
def test_what_is_half_covered_is_told_as_that(cover):
    seen = COFFEE.copy()
    seen[60:140, 190:350] = (200, 30, 30) if cover == "flat" else skimage.data.astronaut()[:80, :160]
    ((kind, x, y),) = told(COFFEE[CUP], seen, k=1)
    assert kind == "covered"
    assert max(abs(x - AT[0]), abs(y - AT[1])) <= 1
    found = judged(LOCATORS.make("exact"), Sought(picture(COFFEE[CUP])), picture(seen), 1)
    assert "is covered by something else" in found.placements[0].why


def test_a_place_that_is_merely_like_an_exact_one_is_not_told():
    page = np.full((200, 300, 3), 255, np.uint8)
    page[20:80, 20:100] = COFFEE[100:160, 200:280]
    page[120:180, 150:230] = as_jpeg(COFFEE[100:160, 200:280])
    assert told(COFFEE[100:160, 200:280], page) == [("exact", 20, 20)]


@pytest.mark.parametrize("corner", [(0, 0), (168, 0), (0, 168)])
@pytest.mark.parametrize("side", [12, 16, 32])
def test_an_icon_at_the_border_of_a_jpeg_is_found(corner, side):
    large = np.full((128, 128, 3), (30, 60, 120), np.uint8)
    cv2.circle(large, (64, 64), 34, (255, 255, 255), 14, cv2.LINE_AA)
    icon = cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA)
    page = np.full((200, 200, 3), 230, np.uint8)
    x, y = (at if at == 0 else 200 - side for at in corner)
    page[y : y + side, x : x + side] = icon
    for seen in (page, as_jpeg(page, 90)):
        assert [place[1:] for place in told(icon, seen, k=1)] == [(x, y)]


def sign(shape: str) -> np.ndarray:
    """(60, 60, 4) of one colour, transparent about it."""
    drawn = np.zeros((60, 60), np.uint8)
    corners = {"up": [(30, 6), (54, 52), (6, 52)], "down": [(6, 8), (54, 8), (30, 54)]}[shape]
    cv2.polylines(drawn, [np.array(corners)], True, 255, 5, cv2.LINE_AA)
    return np.dstack([np.full((60, 60, 3), (255, 210, 0), np.uint8), drawn])


def test_a_sign_of_one_colour_is_told_by_its_outline_and_colour():
    def photo_with(shape: str, ink: tuple[int, int, int] = (255, 210, 0)) -> np.ndarray:
        seen, drawn = COFFEE.copy(), sign(shape)
        alpha = drawn[:, :, 3:] / 255
        seen[300:360, 20:80] = np.rint(alpha * ink + (1 - alpha) * seen[300:360, 20:80])
        return seen

    assert told(sign("up"), photo_with("up")) == [("exact", 20, 300)]
    assert told(sign("up"), as_jpeg(photo_with("up"), 85)) == [("same", 20, 300)]
    assert told(sign("up"), photo_with("down")) == []
    assert told(sign("up"), photo_with("up", (40, 90, 255))) == []
    assert told(sign("up"), COFFEE) == []


def test_a_patch_of_one_colour_is_where_its_colour_is():
    page = form([True, False, True])
    patch = np.full((12, 20, 3), (255, 0, 0), np.uint8)
    assert told(patch, page) == []
    page[200:230, 100:160] = (255, 0, 0)
    ((kind, x, y),) = told(patch, page, k=1)
    assert kind == "exact"
    assert 100 <= x <= 140
    assert 200 <= y <= 218
    page[200:230, 100:160] = (40, 120, 200)
    assert told(patch, page) == []


def test_turned_and_smaller_it_is_told_and_another_one_is_not():
    def drawn(number: str) -> np.ndarray:
        face = np.full((90, 90, 3), 255, np.uint8)
        cv2.circle(face, (45, 45), 40, (200, 20, 30), 8, cv2.LINE_AA)
        cv2.putText(face, number, (17, 58), 0, 1.2, (0, 0, 0), 4, cv2.LINE_AA)
        return face

    scene = COFFEE.copy()
    turn = cv2.getRotationMatrix2D((45, 45), -20, 0.8) + np.float32([[0, 0, 15], [0, 0, 15]])
    scene[200:320, 300:420] = cv2.warpAffine(drawn("60"), turn, (120, 120), borderValue=(255, 255, 255))
    ranges = {"smallest": 0.6, "largest": 1.2, "least_angle": -40.0, "most_angle": 40.0}
    assert len(told(drawn("60"), scene, k=1, engine="poses", **ranges)) == 1
    assert told(drawn("30"), scene, k=1, engine="poses", **ranges) == []


def test_disagreement_boxes_what_is_missing():
    (region,) = disagreement(
        box(True).astype(np.float32), box(False).astype(np.float32), np.ones((26, 26), bool)
    ).regions
    x, y, width, height = region.box
    assert 6 <= x <= 9
    assert 5 <= y <= 9
    assert 8 <= width <= 15
    assert 8 <= height <= 15


def test_what_is_the_same_in_any_light_does_not_disagree_and_flat_pictures_have_an_answer():
    whole = np.ones((26, 26), bool)
    one = box(True).astype(np.float32)
    assert disagreement(one, 0.6 * one + 30, whole).regions == ()
    flat = np.full((26, 26, 3), 77, np.float32)
    assert disagreement(flat, flat, whole).regions == ()
    assert disagreement(flat[:1, :1], flat[:1, :1], whole[:1, :1]).regions == ()


def test_the_map_of_poses_is_warmest_where_the_template_was_found():
    turn = cv2.getRotationMatrix2D((265, 140), -25, 0.8)
    scene = cv2.warpAffine(COFFEE, turn, COFFEE.shape[1::-1], borderMode=cv2.BORDER_REFLECT)
    ranges = {"smallest": 0.6, "largest": 1.2, "least_angle": -45.0, "most_angle": 45.0}
    found = LOCATORS.make("poses", ranges).locate(picture(COFFEE[CUP]), picture(scene))
    (place,) = found.placements
    x, y = (round(place.box[axis] + place.box[axis + 2] / 2) for axis in (0, 1))
    assert found.response[y, x] == pytest.approx(found.response.max(), abs=1e-6)


def test_whether_a_large_template_has_one_colour_costs_little():
    template = np.full((2000, 3000, 3), 200, np.uint8)
    template[7, 9] = 190
    tracemalloc.start()
    try:
        assert not is_of_one_colour(template, np.ones((2000, 3000), bool))
        assert tracemalloc.get_traced_memory()[1] < template.nbytes
    finally:
        tracemalloc.stop()
    core = np.ones((2000, 3000), bool)
    core[7, 9] = False
    assert is_of_one_colour(template, core)
    assert not is_of_one_colour(template, np.zeros((2000, 3000), bool))
