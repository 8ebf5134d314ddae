"""A transparent picture beside what another program made of it: its ground is no difference, all else is."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageDraw

from lookalike.match.difference.comparison import Comparison, compare_pixels
from lookalike.match.difference.small import compare_whole
from lookalike.pixels.decode import decode
from lookalike.types import Picture

SIDE = 240
ELLIPSE = (30, 20, 210, 220)


@pytest.fixture(scope="module")
def photo() -> Image.Image:
    """Blobs of every size, as a photo has."""
    rng = np.random.default_rng(3)
    layers = [
        Image.fromarray(rng.integers(0, 256, (side, side, 3), np.uint8)).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
        for side in (6, 20, 60)
    ]
    return Image.blend(Image.blend(layers[0], layers[1], 0.5), layers[2], 0.4)


@pytest.fixture(scope="module")
def cut_out(photo: Image.Image) -> Image.Image:
    """An ellipse of it, transparent around."""
    alpha = Image.new("L", photo.size, 0)
    ImageDraw.Draw(alpha).ellipse(ELLIPSE, fill=255)
    image = photo.convert("RGBA")
    image.putalpha(alpha)
    return image


def read(image: Image.Image, format: str = "PNG") -> Picture:
    """The picture of a file of it."""
    file = BytesIO()
    image.save(file, format, **({"quality": 88} if format == "JPEG" else {}))
    return decode(file.getvalue()).picture


def flattened(image: Image.Image, ground: str | Image.Image) -> Image.Image:
    page = ground.copy() if isinstance(ground, Image.Image) else Image.new("RGB", image.size, ground)
    page.paste(image, mask=image)
    return page


def compared(a: Image.Image, b: Image.Image) -> Comparison | None:
    return compare_pixels(read(a), read(b, "JPEG"), np.eye(3))


def test_only_a_picture_with_alpha_says_where_it_is_opaque(photo: Image.Image, cut_out: Image.Image) -> None:
    assert read(photo).alpha is None
    assert read(cut_out, "PNG").alpha is not None
    faint = cut_out.copy()
    faint.putalpha(100)
    assert read(faint).alpha is None  # all of it is as its ground makes it


@pytest.mark.parametrize("ground", ["white", "black", "navy", "gold"])
def test_a_flattened_picture_is_a_copy_that_differs_in_its_ground(cut_out: Image.Image, ground: str) -> None:
    found = compared(cut_out, flattened(cut_out, ground))
    assert found is not None
    assert (found.verdict, [each.kind for each in found.differs]) == ("copy", ["ground of b"])
    assert min(found.coverage) > 0.99
    assert "flattened onto a ground" in found.edits
    back = compare_pixels(read(flattened(cut_out, ground), "JPEG"), read(cut_out), np.eye(3))
    assert back is not None
    assert (back.verdict, [each.kind for each in back.differs]) == ("copy", ["ground of a"])
    assert "cut out of its ground" in back.edits


def test_a_word_beside_it_makes_it_no_copy_and_is_boxed(cut_out: Image.Image) -> None:
    written = flattened(cut_out, "black")
    ImageDraw.Draw(written).text((4, 4), "7", fill="yellow")
    found = compared(cut_out, written)
    assert found is not None
    assert found.verdict == "variant"
    (word,) = (each for each in found.differs if each.kind != "ground of b")
    left, top, width, height = word.box_b
    assert (left + width < 16, top + height < 20) == (True, True)


def test_a_scene_behind_it_makes_it_a_part(cut_out: Image.Image, photo: Image.Image) -> None:
    found = compared(cut_out, flattened(cut_out, photo.rotate(90)))
    assert found is not None
    assert found.verdict == "part"


def test_what_differs_inside_is_no_copy(cut_out: Image.Image, photo: Image.Image) -> None:
    other = flattened(cut_out, "black")
    other.paste(photo.crop((30, 30, 80, 80)).rotate(180), (100, 100))
    found = compared(cut_out, other)
    assert found is None or found.verdict not in ("copy", "part")


def test_two_transparent_pictures_of_other_outlines_are_no_copies(photo: Image.Image, cut_out: Image.Image) -> None:
    square = photo.convert("RGBA")
    alpha = Image.new("L", photo.size, 0)
    ImageDraw.Draw(alpha).rectangle(ELLIPSE, fill=255)
    square.putalpha(alpha)
    found = compare_pixels(read(cut_out), read(square), np.eye(3))
    assert found is None or found.verdict != "copy"


@pytest.mark.parametrize("ground", ["white", "black", "navy"])
def test_icons_are_laid_on_one_ground(ground: str) -> None:
    icon = Image.new("RGBA", (128, 128), (0, 0, 0, 0))
    draw = ImageDraw.Draw(icon)
    draw.rounded_rectangle((4, 4, 124, 124), 24, fill="teal")
    draw.ellipse((30, 20, 80, 70), fill="orange")
    draw.rectangle((60, 60, 100, 110), fill="maroon")
    small = icon.resize((32, 32), Image.Resampling.LANCZOS)
    flat = flattened(small, ground)
    found = compare_whole(read(small), read(flat))
    assert found is not None
    assert found.verdict == "copy"
    for box in ((0, 0, 2, 2), (14, 14, 17, 17)):
        dotted = flat.copy()
        ImageDraw.Draw(dotted).rectangle(box, fill="magenta")
        other = compare_whole(read(small), read(dotted))
        assert other is None or other.verdict == "variant"


def test_a_hole_is_content_and_no_box_that_is_laid_on(cut_out: Image.Image) -> None:
    holed, alpha = cut_out.copy(), cut_out.getchannel("A")
    ImageDraw.Draw(alpha).rectangle((90, 90, 150, 140), fill=0)
    holed.putalpha(alpha)
    told = compare_pixels(read(cut_out), read(holed), np.eye(3))
    assert told is not None
    assert (told.verdict, [each.kind for each in told.differs]) == ("variant", ["content"])
