"""Made questions whose rival is another sign of the family: `O` for `Q`, the unticked box, the grey button.

A sign is drawn with its alpha; a scene holds several signs of its family on a plain ground or on a photo, and is then
seen as it is, as JPEG, or in other light as JPEG. Seeds below 1000 were used for choosing constants, others were not.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import skimage.data
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Pixels = NDArray[np.uint8]
Draw = Callable[[np.random.Generator], list[Image.Image]]

PHOTOS = ("astronaut", "coffee", "chelsea", "rocket", "hubble_deep_field")
SIZE = (640, 480)
"""px of every scene."""
FONT = "DejaVuSans"
SEEN = ("lossless", "jpeg", "light")
GROUNDS = ("plain", "photo")
BY_LEVEL = ("one colour", "lamps")
"""Families that nothing but their level tells: they are not seen in other light."""
COLOURED = ("buttons", "toggles", "lamps")
"""Families that are asked for in colour."""
LETTERS = ("OQCG", "38B6", "1lIi", "EFLP", "ceoa", "bdpq", "5S2Z", "MNWV", "nhru", "0OD8")


@dataclass(frozen=True)
class Question:
    """A template (h, w, 3 or 4), a scene, and where the one lies in the other: (x, y) of upper left corners."""

    family: str
    ground: str
    seen: str
    template: Pixels
    scene: Pixels
    places: tuple[tuple[int, int], ...]


def questions(seeds: range, families: Sequence[str]) -> Iterator[Question]:
    """Of each seed and family two: signs that are there beside their siblings, and siblings alone."""
    for seed in seeds:
        for number, family in enumerate(FAMILIES):
            if family not in families:
                continue
            rng = np.random.default_rng([seed, number])
            ground, seen = str(rng.choice(GROUNDS)), str(rng.choice(SEEN[:2] if family in BY_LEVEL else SEEN))
            for present in (True, False):
                yield _question(family, ground, seen, present, rng)


def _question(family: str, ground: str, seen: str, present: bool, rng: np.random.Generator) -> Question:
    signs = FAMILIES[family](rng)
    wanted = int(rng.integers(len(signs)))
    others = [sign for at, sign in enumerate(signs) if at != wanted]
    scene = _ground(ground, rng)
    plain = np.asarray(scene)[0, 0]
    width, height = (max(sign.size[axis] for sign in signs) for axis in (0, 1))
    cells = _cells(width + 14, height + 14, rng)
    first = signs[wanted]
    count = int(rng.integers(1, 4)) if present else 0
    places = []
    for at, (x, y) in enumerate(cells[: count + 6]):
        sign = first if at < count else others[int(rng.integers(len(others)))]
        scene.paste(sign, (x, y), sign)
        if at < count:
            places.append((x, y))
    template = np.asarray(first)
    if ground == "plain" or (template[:, :, 3] == 255).all():
        alpha = template[:, :, 3:].astype(float) / 255
        template = np.rint(template[:, :, :3] * alpha + plain * (1 - alpha)).astype(np.uint8)
    pixels = _seen(np.asarray(scene), seen, rng)
    return Question(family, ground, seen, np.ascontiguousarray(template), pixels, tuple(places))


def _cells(width: int, height: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Corners of signs that do not touch each other, in any order; now and then one at the very border."""
    columns, rows = SIZE[0] // width, SIZE[1] // height
    cells = [(x * width, y * height) for x in range(columns) for y in range(rows)]
    shifted = (int(rng.integers(SIZE[0] - columns * width + 1)), int(rng.integers(SIZE[1] - rows * height + 1)))
    if rng.random() < 0.3:
        shifted = (0, 0)
    return [(x + shifted[0], y + shifted[1]) for x, y in (cells[at] for at in rng.permutation(len(cells)))]


def _ground(kind: str, rng: np.random.Generator) -> Image.Image:
    if kind == "photo":
        photo = getattr(skimage.data, str(rng.choice(PHOTOS)))()
        return Image.fromarray(photo).resize(SIZE, Image.Resampling.LANCZOS)
    grey = int(rng.integers(215, 256))
    return Image.new("RGB", SIZE, (grey, grey, int(np.clip(grey + rng.integers(-6, 7), 0, 255))))


def _seen(pixels: Pixels, seen: str, rng: np.random.Generator) -> Pixels:
    values = pixels.astype(float)
    if seen == "light":
        values = values * rng.uniform(0.6, 1.1) + rng.uniform(-10, 25)
    values = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return values if seen == "lossless" else jpeg(values, int(rng.integers(60, 96)))


def jpeg(pixels: Pixels, quality: int) -> Pixels:
    """As it comes back from a file of that quality."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file).convert("RGB"))


@cache
def font(size: int, name: str = FONT) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font, or that which Pillow brings along."""
    try:
        return ImageFont.truetype(f"{name}.ttf", size)
    except OSError:
        return ImageFont.load_default(size)


def _new(width: int, height: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    return image, ImageDraw.Draw(image)


def _ink(rng: np.random.Generator, low: int = 0, high: int = 256) -> tuple[int, int, int]:
    red, green, blue = (int(each) for each in rng.integers(low, high, 3))
    return red, green, blue


def _small(draw: Callable[[ImageDraw.ImageDraw, int], None], side: int, times: int = 4) -> Image.Image:
    """Drawn large and reduced, so that outlines are smooth."""
    image, pen = _new(side * times, side * times)
    draw(pen, side * times)
    return image.resize((side, side), Image.Resampling.BOX)


def letters(rng: np.random.Generator) -> list[Image.Image]:
    """Of one size and ink, on a label of its own ground where the ground is a photo."""
    several = str(rng.choice(LETTERS))
    size = int(rng.integers(13, 33))
    ink = _ink(rng, 0, 90)
    found = []
    for letter in several:
        image, pen = _new(round(1.1 * size), round(1.3 * size))
        pen.rectangle((0, 0, *image.size), fill=(250, 250, 250, 255))
        pen.text((image.width / 2, image.height / 2), letter, fill=(*ink, 255), font=font(size), anchor="mm")
        found.append(image)
    return found


def words(rng: np.random.Generator) -> list[Image.Image]:
    """Lines of a form that differ in a digit."""
    size, number = int(rng.integers(12, 22)), int(rng.integers(10, 100))
    found = []
    for last in rng.permutation(10)[:4]:
        image, pen = _new(6 * size, round(1.5 * size))
        pen.rectangle((0, 0, *image.size), fill=(255, 255, 255, 255))
        pen.text((4, image.height / 2), f"No. {number}{last}", fill=(20, 20, 20, 255), font=font(size), anchor="lm")
        found.append(image)
    return found


def boxes(rng: np.random.Generator) -> list[Image.Image]:
    """Check boxes: empty, ticked, crossed, half."""
    side = int(rng.integers(12, 33))
    ink = _ink(rng, 0, 110)

    def box(mark: int) -> Callable[[ImageDraw.ImageDraw, int], None]:
        def draw(pen: ImageDraw.ImageDraw, s: int) -> None:
            edge = max(4, s // 14)
            pen.rectangle((0, 0, s - 1, s - 1), fill=(255, 255, 255, 255), outline=(*ink, 255), width=edge)
            a, b, c = s // 4, s // 2, 3 * s // 4
            if mark == 1:
                pen.line((a, b, s * 0.42, c, c, a), fill=(*ink, 255), width=s // 9)
            if mark == 2:
                pen.line((a, a, c, c), fill=(*ink, 255), width=s // 9)
                pen.line((a, c, c, a), fill=(*ink, 255), width=s // 9)
            if mark == 3:
                pen.rectangle((a, 0.43 * s, c, 0.57 * s), fill=(*ink, 255))

        return draw

    return [_small(box(mark), side) for mark in range(4)]


def radios(rng: np.random.Generator) -> list[Image.Image]:
    """Empty, chosen, greyed."""
    side, ink = int(rng.integers(12, 29)), _ink(rng, 0, 120)

    def radio(dot: tuple[int, int, int] | None) -> Callable[[ImageDraw.ImageDraw, int], None]:
        def draw(pen: ImageDraw.ImageDraw, s: int) -> None:
            pen.rectangle((0, 0, s, s), fill=(245, 245, 245, 255))
            pen.ellipse((2, 2, s - 3, s - 3), fill=(255, 255, 255, 255), outline=(*ink, 255), width=max(4, s // 14))
            if dot:
                pen.ellipse((0.3 * s, 0.3 * s, 0.7 * s, 0.7 * s), fill=(*dot, 255))

        return draw

    return [_small(radio(dot), side) for dot in (None, ink, (170, 170, 170))]


def toggles(rng: np.random.Generator) -> list[Image.Image]:
    """On and off, in one colour and in another."""
    height, colour = int(rng.integers(14, 27)), _ink(rng, 30, 170)
    found = []
    for on in (False, True):
        for track in (colour, (150, 150, 150)):
            large, pen = _new(8 * height, 4 * height)
            pen.rectangle((0, 0, *large.size), fill=(240, 240, 240, 255))
            pen.rounded_rectangle((4, 4, 8 * height - 5, 4 * height - 5), 2 * height, fill=(*track, 255))
            x = 4 * height if on else 0
            pen.ellipse((x + 10, 10, x + 4 * height - 10, 4 * height - 10), fill=(255, 255, 255, 255))
            found.append(large.resize((2 * height, height), Image.Resampling.BOX))
    return found


def buttons(rng: np.random.Generator) -> list[Image.Image]:
    """Of one label and one lightness, in several colours."""
    light = float(rng.uniform(70, 160))
    width, height = int(rng.integers(60, 130)), int(rng.integers(20, 36))
    colours = [(light,) * 3]
    for hue in rng.permutation(6)[:3]:
        chroma = np.array(
            ((1, -0.4, -0.2), (-0.6, 0.5, -0.5), (-0.4, 0, 1), (1, 0.1, -1), (-1, 0.5, 0.4), (1, -1, 1))[hue]
        )
        chroma = chroma - chroma @ (0.299, 0.587, 0.114)
        colours.append(tuple(np.clip(light + 70 * chroma, 0, 255)))
    found = []
    for colour in colours:
        fill = tuple(round(each) for each in colour)
        image, pen = _new(width, height)
        pen.rectangle((0, 0, width - 1, height - 1), fill=(*fill, 255), outline=(30, 30, 30, 255))
        pen.text((width / 2, height / 2), "Start", fill=(255, 255, 255, 255), font=font(height // 2), anchor="mm")
        found.append(image)
    return found


def arrows(rng: np.random.Generator) -> list[Image.Image]:
    """Left, right, up and down, of one ink."""
    side, ink = int(rng.integers(14, 41)), _ink(rng)

    def draw(pen: ImageDraw.ImageDraw, s: int) -> None:
        a, b, c = 0.1 * s, 0.5 * s, 0.9 * s
        pen.line((a, b, c, b), fill=(*ink, 255), width=s // 7)
        pen.line((b, a, c, b, b, c), fill=(*ink, 255), width=s // 7, joint="curve")

    right = _small(draw, side)
    return [right.rotate(90 * quarter) for quarter in range(4)]


def traffic(rng: np.random.Generator) -> list[Image.Image]:
    """Round signs with a red rim and other numbers."""
    side = int(rng.integers(28, 61))

    def sign(text: str) -> Callable[[ImageDraw.ImageDraw, int], None]:
        def draw(pen: ImageDraw.ImageDraw, s: int) -> None:
            pen.ellipse((2, 2, s - 3, s - 3), fill=(255, 255, 255, 255), outline=(200, 20, 30, 255), width=s // 8)
            pen.text(
                (s / 2, s / 2), text, fill=(15, 15, 15, 255), font=font(round(0.42 * s), "DejaVuSans-Bold"), anchor="mm"
            )

        return draw

    return [_small(sign(text), side) for text in ("30", "50", "80", "60", "20")]


def icons(rng: np.random.Generator) -> list[Image.Image]:
    """Of one frame and colour, 12 to 32 px, with other shapes inside."""
    side, ground, ink = int(rng.integers(12, 33)), _ink(rng, 0, 140), _ink(rng, 190, 256)

    def icon(shape: int) -> Callable[[ImageDraw.ImageDraw, int], None]:
        def draw(pen: ImageDraw.ImageDraw, s: int) -> None:
            pen.rounded_rectangle((0, 0, s - 1, s - 1), s // 5, fill=(*ground, 255))
            a, b, c = 0.25 * s, 0.5 * s, 0.75 * s
            match shape:
                case 0:
                    pen.ellipse((a, a, c, c), outline=(*ink, 255), width=s // 10)
                case 1:
                    pen.rectangle((a, a, c, c), outline=(*ink, 255), width=s // 10)
                case 2:
                    pen.polygon((a, c, b, a, c, c), fill=(*ink, 255))
                case 3:
                    pen.line((b, a, b, c), fill=(*ink, 255), width=s // 9)
                    pen.line((a, b, c, b), fill=(*ink, 255), width=s // 9)
                case _:
                    pen.line((a, b, c, b), fill=(*ink, 255), width=s // 9)

        return draw

    return [_small(icon(shape), side) for shape in range(5)]


def cards(rng: np.random.Generator) -> list[Image.Image]:
    """Playing cards: other ranks of one suit, and one rank of another suit."""
    width = int(rng.integers(36, 72))
    height = round(1.4 * width)
    found = []
    for rank, suit in (("9", "♠"), ("8", "♠"), ("6", "♠"), ("9", "♥"), ("9", "♣")):
        image, pen = _new(width, height)
        pen.rounded_rectangle((0, 0, width - 1, height - 1), 5, fill=(252, 252, 248, 255), outline=(60, 60, 60, 255))
        ink = (190, 20, 30, 255) if suit == "♥" else (20, 20, 20, 255)
        pen.text((width * 0.22, height * 0.17), rank, fill=ink, font=font(round(width * 0.32)), anchor="mm")
        pen.text((width * 0.55, height * 0.6), suit, fill=ink, font=font(round(width * 0.6)), anchor="mm")
        found.append(image)
    return found


def roads(rng: np.random.Generator) -> list[Image.Image]:
    """White arrows on asphalt: ahead, left, right, and ahead or right."""
    side, seed = int(rng.integers(40, 90)), int(rng.integers(1 << 30))
    found = []
    for ahead, turn in ((True, 0), (False, -1), (False, 1), (True, 1)):
        large, pen = _new(4 * side, 4 * side)
        s, ink = 4 * side, (225, 225, 220, 255)
        b = s / 2
        pen.line((b, 0.95 * s, b, (0.3 if ahead else 0.55) * s), fill=ink, width=s // 12)
        if ahead:
            pen.polygon((b - 0.12 * s, 0.32 * s, b + 0.12 * s, 0.32 * s, b, 0.05 * s), fill=ink)
        if turn:
            end = b + turn * 0.25 * s
            pen.line((b, 0.6 * s, end, 0.6 * s), fill=ink, width=s // 12)
            pen.polygon((end, 0.48 * s, end, 0.72 * s, end + turn * 0.18 * s, 0.6 * s), fill=ink)
        small = np.asarray(large.resize((side, side), Image.Resampling.BOX)).astype(float)
        grain = np.random.default_rng(seed).normal(95, 8, (side, side, 1))
        alpha = small[:, :, 3:] / 255
        found.append(_opaque(small[:, :, :3] * alpha + grain * (1 - alpha)))
    return found


def one_colour(rng: np.random.Generator) -> list[Image.Image]:
    """Letters of one ink with nothing about them: all that tells them is their outline."""
    several, size = str(rng.choice(LETTERS)), int(rng.integers(24, 49))
    ink = ((255, 210, 0), (255, 255, 255), (230, 20, 40), (0, 90, 220), (10, 10, 10))[int(rng.integers(5))]
    found = []
    for letter in several:
        image, pen = _new(round(1.1 * size), round(1.3 * size))
        pen.text(
            (image.width / 2, image.height / 2),
            letter,
            fill=(*ink, 255),
            font=font(size, "DejaVuSans-Bold"),
            anchor="mm",
        )
        found.append(image)
    return found


def lamps(rng: np.random.Generator) -> list[Image.Image]:
    """Patches of one colour each."""
    width, height = (int(side) for side in rng.integers(14, 60, 2))
    inks = ((225, 30, 30), (30, 160, 60), (240, 190, 20), (40, 80, 200), (128, 128, 128))
    return [Image.new("RGBA", (width, height), (*inks[at], 255)) for at in rng.permutation(5)[:4]]


def _opaque(values: NDArray[np.floating]) -> Image.Image:
    return Image.fromarray(np.clip(np.rint(values), 0, 255).astype(np.uint8)).convert("RGBA")


FAMILIES: dict[str, Draw] = {
    "letters": letters,
    "words": words,
    "boxes": boxes,
    "radios": radios,
    "toggles": toggles,
    "buttons": buttons,
    "arrows": arrows,
    "traffic": traffic,
    "icons": icons,
    "cards": cards,
    "roads": roads,
    "one colour": one_colour,
    "lamps": lamps,
}


@dataclass(frozen=True)
class Part:
    """A piece of a photo, what it is looked for in, and where it lies there; None where it is not there."""

    kind: str
    template: Pixels
    scene: Pixels
    place: tuple[int, int] | None


def parts(seeds: range) -> Iterator[Part]:
    """Pieces of photos, of .1 to .6 of a side, whose own photo was then changed; and that look for another photo."""
    for seed in seeds:
        for number, (kind, change) in enumerate(CHANGES.items()):
            rng = np.random.default_rng([seed, number, 7])
            one, other = (str(name) for name in rng.permutation(PHOTOS)[:2])
            photo = np.asarray(Image.fromarray(getattr(skimage.data, one)()).resize(SIZE, Image.Resampling.LANCZOS))
            while True:
                width, height = (round(float(rng.uniform(0.1, 0.6)) * side) for side in SIZE)
                x, y = int(rng.integers(SIZE[0] - width + 1)), int(rng.integers(SIZE[1] - height + 1))
                piece = photo[y : y + height, x : x + width]
                if cv2.Laplacian(cv2.cvtColor(piece, cv2.COLOR_RGB2GRAY), cv2.CV_32F).std() > 6:
                    break
            if kind == "another photo":
                scene = getattr(skimage.data, other)()
                photo, place = np.asarray(Image.fromarray(scene).resize(SIZE, Image.Resampling.LANCZOS)), None
            else:
                photo, place = change(photo, (x, y, width, height), rng), (x, y)
            yield Part(kind, np.ascontiguousarray(piece), np.ascontiguousarray(photo), place)


Area = tuple[int, int, int, int]


def _noisy(photo: Pixels, _: Area, rng: np.random.Generator) -> Pixels:
    return _clipped(0.5 * photo + 60 + rng.normal(0, float(rng.uniform(4, 20)), photo.shape))


def _lit(photo: Pixels, _: Area, rng: np.random.Generator) -> Pixels:
    gain, offset, gamma = rng.uniform(0.4, 1.5), rng.uniform(-40, 40), rng.uniform(0.6, 1.6)
    return _clipped(gain * 255 * (photo / 255) ** gamma + offset)


def _shaded(photo: Pixels, _: Area, rng: np.random.Generator) -> Pixels:
    """Light that falls from one side."""
    one, other = rng.permutation([0.5, 1.15]).tolist()
    slope = np.linspace(one, other, photo.shape[1])[None, :, None]
    return _clipped(photo * slope)


def _covered(photo: Pixels, area: Area, rng: np.random.Generator) -> Pixels:
    """Half of the piece lies under something: a flat box or a part of the photo's mirror image, and beyond it too."""
    x, y, width, height = area
    found = photo.copy()
    beyond = int(rng.integers(0, 30))
    rows, columns = [(y, y + height), (x, x + width)]
    half = int(rng.integers(4))
    if half < 2:
        middle = y + height // 2
        rows = (max(0, y - beyond), middle) if half == 0 else (middle, y + height + beyond)
    else:
        middle = x + width // 2
        columns = (max(0, x - beyond), middle) if half == 2 else (middle, x + width + beyond)
    at = np.s_[slice(*rows), slice(*columns)]
    found[at] = _ink(rng) if rng.random() < 0.5 else photo[::-1, ::-1][at]
    return found


def _softened(photo: Pixels, _: Area, rng: np.random.Generator) -> Pixels:
    """Made smaller and larger again."""
    share = float(rng.uniform(0.6, 0.9))
    small = cv2.resize(photo, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, SIZE, interpolation=cv2.INTER_CUBIC))


def _between(photo: Pixels, _: Area, rng: np.random.Generator) -> Pixels:
    """Moved by a part of a px, as JPEG."""
    shift = np.array([[1, 0, rng.uniform(-0.5, 0.5)], [0, 1, rng.uniform(-0.5, 0.5)]], np.float32)
    moved = cv2.warpAffine(photo, shift, SIZE, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return jpeg(np.asarray(moved), 85)


CHANGES: dict[str, Callable[[Pixels, Area, np.random.Generator], Pixels]] = {
    "jpeg 40": lambda photo, _area, _rng: jpeg(photo, 40),
    "noise": _noisy,
    "light": _lit,
    "shade": _shaded,
    "soft": _softened,
    "between": _between,
    "half covered": _covered,
    "another photo": lambda photo, _area, _rng: photo,
}


def _clipped(values: NDArray[np.number]) -> Pixels:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)
