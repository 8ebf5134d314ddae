"""What is transparent is laid over white, unless white would hide it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw

from lookalike.pixels import colour
from lookalike.pixels.decode import decode
from lookalike.types import Pixels

Encode = Callable[..., bytes]


def drawn(shade: tuple[int, ...], dot: tuple[int, ...] | None = None) -> Image.Image:
    """A ring on nothing, with a dot of 0.8 % of its area."""
    image = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((20, 20, 80, 80), outline=shade, width=10)
    if dot is not None:
        draw.rectangle((50, 22, 53, 25), fill=dot)
    return image


def ground(image: Image.Image, encode: Encode) -> int:
    """The level of a corner where nothing is drawn."""
    return int(decode(encode(image, "PNG")).picture.pixels[0, 0, 0])


@pytest.mark.parametrize(
    "shade", [(255, 255, 255, 255), (250, 252, 255, 255), (255, 255, 255, 60)], ids=["white", "nearly", "thin"]
)
def test_white_lines_are_seen_on_black(encode: Encode, shade: tuple[int, ...]) -> None:
    assert ground(drawn(shade), encode) == 0
    assert decode(encode(drawn(shade), "PNG")).picture.pixels.max() > 50


@pytest.mark.parametrize(
    "shade",
    [(0, 0, 0, 255), (200, 200, 200, 255), (255, 255, 0, 255), (0, 0, 0, 8)],
    ids=["black", "light grey", "yellow", "the faintest shadow"],
)
def test_what_is_seen_on_white_stays_there(encode: Encode, shade: tuple[int, ...]) -> None:
    assert ground(drawn(shade), encode) == 255


def test_a_dot_that_white_shows_does_not_hide_all_that_it_hides(encode: Encode) -> None:
    white = (255, 255, 255, 255)
    assert ground(drawn(white, dot=(200, 0, 0, 255)), encode) == 0
    ringed = drawn(white)
    ImageDraw.Draw(ringed).ellipse((18, 18, 82, 82), outline=(0, 0, 0, 255), width=2)
    assert ground(ringed, encode) == 255


def test_a_page_of_ink_and_rounded_corners_stays_on_white(encode: Encode) -> None:
    page = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    draw = ImageDraw.Draw(page)
    draw.rounded_rectangle((0, 0, 99, 99), 10, fill=(255, 255, 255, 255))
    for y in range(20, 90, 8):
        draw.line((20, y, 80, y), fill=(0, 0, 0, 255))
    assert ground(page, encode) == 255


def test_a_cut_out_of_a_photo_stays_on_white(photo: Pixels, encode: Encode) -> None:
    image = Image.fromarray(photo).convert("RGBA")
    alpha = Image.new("L", image.size, 0)
    ImageDraw.Draw(alpha).ellipse((20, 10, 110, 90), fill=255)
    image.putalpha(alpha)
    assert ground(image, encode) == 255


def test_nothing_at_all_is_white(encode: Encode) -> None:
    assert (decode(encode(Image.new("RGBA", (9, 9), (10, 20, 30, 0)), "PNG")).picture.pixels == 255).all()


def test_a_grey_a_palette_and_colours_are_laid_over_the_same_ground(encode: Encode) -> None:
    image = drawn((255, 255, 255, 255))
    shown = [decode(encode(image.convert(mode), "PNG")).picture.pixels for mode in ("RGBA", "LA")]
    shown.append(decode(encode(image.quantize(16), "PNG")).picture.pixels)
    assert all(pixels[0, 0, 0] == 0 and pixels[22, 50, 0] == 255 for pixels in shown)


def test_the_whole_picture_decides_where_it_is_decoded_in_bands(
    encode: Encode, monkeypatch: pytest.MonkeyPatch
) -> None:
    white, black = (255, 255, 255, 255), (0, 0, 0, 255)
    image = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 99, 40), fill=white)
    draw.rectangle((10, 70, 60, 90), fill=black)
    whole = decode(encode(image, "PNG")).picture.pixels
    monkeypatch.setattr(colour, "_BAND", 300)
    assert (decode(encode(image, "PNG")).picture.pixels == whole).all()
    assert ground(drawn(white), encode) == 0
