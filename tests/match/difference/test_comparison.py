"""What differs between two aligned pictures, and what that makes of them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from lookalike.match.difference.comparison import Comparison, compare_pixels
from lookalike.pixels.augment import edit
from lookalike.pixels.augment.light import compressed
from lookalike.pixels.resize import scaling
from lookalike.types import Box, Matrix, Picture, Pixels

SAME = np.eye(3)
INK = (20, 20, 20)


def picture(pixels: Pixels) -> Picture:
    """With all its pixels."""
    return Picture(np.ascontiguousarray(pixels), (pixels.shape[1], pixels.shape[0]))


def photo(seed: int, size: tuple[int, int] = (480, 360)) -> Pixels:
    """Noise of several octaves, in colours that change slowly, with sharp edges here and there."""
    rng = np.random.default_rng(seed)
    width, height = size
    light = np.zeros((height, width), np.float32)
    for octave in range(2, 8):
        coarse = rng.normal(size=(2**octave, 2**octave)).astype(np.float32)
        light += cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC) * 60 / octave**1.3
    tints = cv2.resize(rng.uniform(0.5, 1.2, (4, 5, 3)).astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    pixels = np.clip((128 + light)[..., None] * tints, 0, 255).astype(np.uint8)
    for _ in range(12):
        x, y, w, h = (int(v) for v in rng.integers((0, 0, 20, 20), (width - 90, height - 90, 90, 90)))
        part = pixels[y : y + h, x : x + w]
        part[:] = np.clip(part.astype(int) + rng.integers(-70, 70, 3), 0, 255)
    return pixels


def form(numbers: list[str]) -> Pixels:
    """A printed form with a number in each row."""
    page = np.full((700, 560, 3), 250, np.uint8)
    cv2.putText(page, "DELIVERY NOTE", (40, 60), cv2.FONT_HERSHEY_SIMPLEX, 1.1, INK, 2, cv2.LINE_AA)
    for row, number in enumerate(numbers):
        y = 120 + 48 * row
        cv2.line(page, (40, y + 14), (520, y + 14), (140, 140, 140), 1)
        cv2.putText(page, f"goods of kind {row}", (44, y), cv2.FONT_HERSHEY_SIMPLEX, 0.6, INK, 1, cv2.LINE_AA)
        cv2.putText(page, number, (400, y), cv2.FONT_HERSHEY_SIMPLEX, 0.6, INK, 1, cv2.LINE_AA)
    return page


NUMBERS = ["482", "17", "9035", "66", "1204", "78", "315", "52", "8841", "23"]


def goods(colour: tuple[int, int, int]) -> Pixels:
    """A thing of that colour, with its shading, before white."""
    rng = np.random.default_rng(4)
    cloth = cv2.GaussianBlur(rng.normal(0, 60, (500, 420)).astype(np.float32), (0, 0), 2)[..., None]
    dyed = np.clip(np.array(colour) + cloth + np.linspace(20, -20, 500)[:, None, None], 0, 255)
    shape = np.zeros((500, 420), np.uint8)
    outline = np.array([(120, 60), (300, 60), (390, 150), (330, 220), (300, 190), (300, 450), (120, 450), (120, 190)])
    cv2.fillPoly(shape, [outline], 1)
    return np.where(shape[..., None] > 0, dyed, 255).astype(np.uint8)


def captioned(pixels: Pixels, words: str) -> Pixels:
    """With white words that have a black outline."""
    written = pixels.copy()
    for level, thickness in ((0, 7), (255, 3)):
        cv2.putText(written, words, (30, 330), cv2.FONT_HERSHEY_SIMPLEX, 1.4, (level,) * 3, thickness, cv2.LINE_AA)
    return written


def jpeg(pixels: Pixels, quality: int = 80) -> Pixels:
    """As it comes back."""
    return compressed(pixels, quality)


def smaller(pixels: Pixels, factor: float) -> Pixels:
    """At that share of its size."""
    size = round(pixels.shape[1] * factor), round(pixels.shape[0] * factor)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def shared(one: Box, other: Box) -> float:
    """Intersection over union."""
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    both = max(0.0, across) * max(0.0, down)
    return both / (one[2] * one[3] + other[2] * other[3] - both)


def compared(a: Pixels, b: Pixels, model: Matrix = SAME) -> Comparison:
    told = compare_pixels(picture(a), picture(b), model)
    assert told is not None
    return told


def resized(a: Pixels, b: Pixels) -> Matrix:
    return scaling((b.shape[1], b.shape[0]), (a.shape[1], a.shape[0]))


def test_one_changed_px_is_boxed_and_the_picture_still_a_copy() -> None:
    a = photo(1)
    b = a.copy()
    b[123, 234] = 255 - b[123, 234]
    told = compared(a, b)
    assert told.verdict == "copy"
    assert [(each.box_a, each.kind) for each in told.differs] == [((234.0, 123.0, 1.0, 1.0), "speck")]


@pytest.mark.parametrize("name", ["jpeg", "grey", "brightness", "contrast", "gamma", "cast", "blur", "noise", "flip"])
def test_an_edit_of_light_or_grain_leaves_a_copy_in_which_nothing_differs(name: str) -> None:
    a = photo(2)
    made = edit(name, a, 3, photo(9))
    told = compared(a, made.pixels, np.linalg.inv(made.transform))
    assert told.verdict == "copy"
    assert told.differs == ()
    assert min(told.coverage) > 0.99


@pytest.mark.parametrize("name", ["scale", "rotation", "border", "letterbox", "screenshot"])
def test_an_edit_of_shape_or_frame_leaves_a_copy_that_covers_the_original(name: str) -> None:
    a = photo(3)
    made = edit(name, a, 5, photo(9))
    told = compared(a, made.pixels, np.linalg.inv(made.transform))
    assert told.verdict == "copy"
    assert told.coverage[0] > 0.99


def test_edits_are_told_in_words() -> None:
    a = photo(4)
    half = smaller(np.ascontiguousarray(a[:, ::-1]), 0.5)
    model = np.array([[-0.5, 0, (a.shape[1] - 1) / 2 - 0.25], [0, 0.5, -0.25], [0, 0, 1]])
    told = compared(a, jpeg(half), model)
    assert told.verdict == "copy"
    assert "resized to 50 %" in told.edits
    assert "mirrored" in told.edits


def test_a_crop_of_less_than_two_thirds_is_a_part() -> None:
    a = photo(5)
    b = np.ascontiguousarray(a[60:260, 100:400])
    told = compared(a, b, np.array([[1.0, 0, -100], [0, 1, -60], [0, 0, 1]]))
    assert told.verdict == "part"
    assert told.coverage == pytest.approx((300 * 200 / (480 * 360), 1.0), abs=0.01)
    assert "cropped" in told.edits


@pytest.mark.parametrize("factor", [1.0, 0.8])
def test_another_digit_in_a_form_makes_a_variant_and_is_boxed(factor: float) -> None:
    a = form(NUMBERS)
    b = form([*NUMBERS[:4], "1264", *NUMBERS[5:]])
    rows, columns = np.nonzero((a != b).any(axis=2))
    true = (columns.min(), rows.min(), columns.max() + 1 - columns.min(), rows.max() + 1 - rows.min())
    worn = jpeg(smaller(b, factor) if factor != 1 else b)
    told = compared(jpeg(a), worn, resized(a, worn))
    assert told.verdict == "variant"
    assert len(told.differs) == 1
    assert shared(told.differs[0].box_a, true) >= 0.5


def test_the_second_scan_of_a_form_is_a_copy() -> None:
    a = form(NUMBERS)
    turn = cv2.getRotationMatrix2D((280, 350), 0.6, 1.0)
    noise = np.random.default_rng(1).normal(0, 4, a.shape)
    scan = cv2.warpAffine(a, turn, (560, 700), flags=cv2.INTER_CUBIC, borderValue=(245,) * 3)
    b = jpeg(np.clip(scan + noise, 0, 255).astype(np.uint8), 75)
    told = compared(jpeg(a), b, np.vstack([turn, (0, 0, 1)]))
    assert (told.verdict, told.differs) == ("copy", ())


def test_words_on_a_photo_are_laid_on_it() -> None:
    a = photo(6)
    told = compared(a, jpeg(captioned(a, "GOOD MORNING"), 85))
    assert told.verdict == "copy"
    assert {each.kind for each in told.differs} == {"laid on b"}
    assert "written over" in told.edits


def test_other_words_on_one_photo_make_a_variant() -> None:
    a = photo(6)
    told = compared(jpeg(captioned(a, "GOOD MORNING"), 85), jpeg(captioned(a, "LATE AGAIN"), 85))
    assert told.verdict == "variant"


def test_a_box_over_a_photo_is_laid_on_it_and_not_shown() -> None:
    a = photo(7)
    b = a.copy()
    b[100:220, 200:330] = (30, 90, 200)
    told = compared(a, b)
    assert (told.verdict, [each.kind for each in told.differs]) == ("copy", ["laid on b"])
    assert shared(told.differs[0].box_b, (200, 100, 130, 120)) > 0.9
    assert told.coverage[0] == pytest.approx(1 - 130 * 120 / (480 * 360), abs=0.02)


@pytest.mark.parametrize("ground", [0, 255])
@pytest.mark.parametrize("side", [90, 150])
def test_a_picture_in_a_plain_frame_that_is_pasted_makes_a_variant(ground: int, side: int) -> None:
    a = photo(7)
    b = a.copy()
    frame = np.full((side, side, 3), ground, np.uint8)
    room = side // 2  # a quarter of the frame, so that most of its px are of one colour
    frame[side // 4 : side // 4 + room, side // 4 : side // 4 + room] = cv2.resize(
        photo(31), (room, room), interpolation=cv2.INTER_AREA
    )
    b[100 : 100 + side, 200 : 200 + side] = frame
    told = compared(a, jpeg(b, 90))
    assert told.verdict == "variant"
    assert shared(told.differs[0].box_b, (200, 100, side, side)) > 0.8


def test_a_subject_elsewhere_before_one_ground_makes_a_variant() -> None:
    ground, subject = photo(8), photo(30)[:120, :80]
    a, b = ground.copy(), ground.copy()
    a[150:270, 60:140] = subject
    b[150:270, 300:380] = subject
    told = compared(jpeg(a, 90), jpeg(b, 90))
    assert told.verdict == "variant"
    assert {each.kind for each in told.differs} == {"content"}


def test_a_subject_that_only_one_shows_makes_a_variant() -> None:
    ground = photo(8)
    b = ground.copy()
    b[150:270, 300:380] = photo(30)[:120, :80]
    assert compared(jpeg(ground, 90), jpeg(b, 90)).verdict == "variant"


@pytest.mark.parametrize("colour", [(40, 120, 70), (50, 80, 170), (215, 190, 70)])
def test_goods_of_another_colour_are_a_variant(colour: tuple[int, int, int]) -> None:
    told = compared(jpeg(goods((190, 40, 50)), 92), jpeg(goods(colour), 92))
    assert told.verdict == "variant"
    assert told.differs[0].share > 0.2


@pytest.mark.parametrize("seed", range(4))
def test_goods_of_another_colour_before_a_photo_are_a_variant(seed: int) -> None:
    ground, shown = photo(40 + seed, (420, 500)), (goods((190, 40, 50)) != 255).any(axis=2)[..., None]
    a, b = (np.where(shown, goods(colour), ground) for colour in ((40, 120, 70), (215, 190, 70)))
    told = compared(jpeg(a, 90), jpeg(b, 80))
    assert told.verdict == "variant"
    assert not any(each.kind.startswith("laid") for each in told.differs)


@pytest.mark.parametrize("seed", range(4))
def test_a_part_that_was_blurred_makes_no_copy(seed: int) -> None:
    a = photo(50 + seed)
    b = a.copy()
    b[100:250, 150:330] = cv2.GaussianBlur(a[100:250, 150:330], (0, 0), 9)
    assert compared(a, jpeg(b, 85)).verdict != "copy"


def test_goods_of_one_colour_are_a_copy_when_shrunk() -> None:
    a = jpeg(goods((190, 40, 50)), 92)
    b = jpeg(smaller(a, 0.7), 75)
    assert compared(a, b, resized(a, b)).verdict == "copy"


def test_other_codes_are_no_copies_however_alike_their_corners() -> None:
    codes = [cv2.QRCodeEncoder.create().encode(f"https://example.org/ticket/{number}") for number in (1000, 2711)]
    a, b = (np.repeat(np.kron(code, np.ones((8, 8), np.uint8))[..., None], 3, axis=2) for code in codes)
    assert compared(a, b).verdict in ("variant", None)


def test_strangers_are_nothing() -> None:
    told = compare_pixels(picture(photo(11)), picture(photo(12)), SAME)
    assert told is None or told.verdict is None


@pytest.mark.parametrize("level", [0, 128, 255])
def test_plain_pictures_are_never_copies(level: int) -> None:
    plain = np.full((300, 400, 3), level, np.uint8)
    told = compare_pixels(picture(plain), picture(plain), SAME)
    assert told is None or told.verdict is None


def test_pictures_that_do_not_meet_are_not_compared() -> None:
    away = np.array([[1.0, 0, 5000], [0, 1, 0], [0, 0, 1]])
    assert compare_pixels(picture(photo(1)), picture(photo(1)), away) is None


def test_the_order_of_the_two_does_not_matter() -> None:
    a, b = form(NUMBERS), form([*NUMBERS[:9], "28"])
    forth, back = compared(a, jpeg(b)), compared(jpeg(b), a)
    assert forth.verdict == back.verdict == "variant"
    assert shared(forth.differs[0].box_a, back.differs[0].box_b) > 0.8


def test_a_homography_counts_as_the_affine_map_that_it_is_in_the_middle() -> None:
    a = photo(13)
    bent = np.array([[1.0, 0, 0], [0, 1, 0], [1e-7, 0, 1]])
    assert compared(a, a, bent).verdict == "copy"


def test_words_alone_that_two_photos_bear_make_no_variant_and_a_frame_about_both_does() -> None:
    def worded(pixels: Pixels) -> Pixels:
        worded = pixels.copy()
        for row, text in enumerate(("WHOLESALE", "ON ORDER")):
            for ink, width in ((0, 0, 0), 22), ((255, 255, 255), 9):
                cv2.putText(worded, text, (20, 60 + 70 * row), cv2.FONT_HERSHEY_SIMPLEX, 2.2, ink, width, cv2.LINE_AA)
        return worded

    def framed(pixels: Pixels) -> Pixels:
        framed = photo(9, (640, 480))
        framed[100:380, 140:500] = pixels[:280, :360]
        return framed

    # Most of the corners and much of the detail agree in either pair.
    for seed in range(3):
        a, b = photo(10 * seed + 1), photo(10 * seed + 2)
        assert compared(worded(a), worded(b)).verdict is None, seed
        assert compared(framed(a), framed(b)).verdict == "variant", seed
