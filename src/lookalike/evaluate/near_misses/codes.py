"""Codes that machines read: QR codes, and EAN-13 bars, alone and on what they are printed on."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from PIL import Image, ImageDraw

from lookalike.evaluate.near_misses.family import Frames, still
from lookalike.evaluate.near_misses.lettering import number, other_digit, sentence, write
from lookalike.evaluate.near_misses.photos import Photos

_LEFT: Final = (
    "0001101",
    "0011001",
    "0010011",
    "0111101",
    "0100011",
    "0110001",
    "0101111",
    "0111011",
    "0110111",
    "0001011",
)
_PARITY: Final = ("LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG", "LGGLLG", "LGGGLL", "LGLGLG", "LGLGGL", "LGGLGL")


def qr_codes(rng: np.random.Generator, _photos: Photos) -> tuple[Frames, ...]:
    """Another digit in the address; another number; another address of the same length. Half are on a ticket."""
    stem = f"https://{sentence(rng, 1).lower()}.example.org/"
    text = stem + number(rng, 14)
    words = (text, stem + other_digit(rng, text[len(stem) :]), stem + number(rng, 14), _address(rng, len(text)))
    size = int(rng.integers(6, 13))
    title, is_printed = sentence(rng, 2).upper(), rng.random() < 0.5
    line = sentence(rng, 5)
    codes = [_qr(each, size) for each in words]
    width = max(code.width for code in codes)
    codes = [_centred(code, (width, width)) for code in codes]
    if is_printed:
        ground = (round(width * 1.8), round(width * 2.3))
        codes = [_ticket(code, ground, title, line) for code in codes]
    return still(*codes)


def ean_codes(rng: np.random.Generator, _photos: Photos) -> tuple[Frames, ...]:
    """Another last digit of the article; another article of the maker; another maker. On a label."""
    maker = number(rng, 7)
    article = number(rng, 5)
    numbers = (
        maker + article,
        maker + article[:4] + other_digit(rng, article[4]),
        maker + number(rng, 5),
        number(rng, 12),
    )
    module = int(rng.integers(4, 9))
    name, line = sentence(rng, 2), sentence(rng, 4)
    return still(*(_label(_ean(each), module, name, line) for each in numbers))


def _address(rng: np.random.Generator, length: int) -> str:
    letters = "".join(str(letter) for letter in rng.choice(list("abcdefghijklmnopqrstuvwxyz0123456789-"), length))
    return ("https://" + letters)[:length]


def _qr(text: str, module: int) -> Image.Image:
    """With its quiet zone."""
    modules = cv2.QRCodeEncoder.create().encode(text)
    pixels = np.kron(modules, np.ones((module, module), np.uint8))
    return Image.fromarray(np.pad(pixels, 2 * module, constant_values=255)).convert("RGB")


def _centred(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    ground = Image.new("RGB", size, "white")
    ground.paste(image, ((size[0] - image.width) // 2, (size[1] - image.height) // 2))
    return ground


def _ticket(code: Image.Image, size: tuple[int, int], title: str, line: str) -> Image.Image:
    image = Image.new("RGB", size, (250, 248, 240))
    w, h = size
    ImageDraw.Draw(image).rectangle((0, 0, w, round(0.14 * h)), fill=(30, 60, 110))
    write(image, (w / 2, 0.03 * h), title[:16], round(0.07 * h), (255, 255, 255), anchor="m", bold=True)
    image.paste(code, ((w - code.width) // 2, round(0.22 * h)))
    for row, words in enumerate((line, "Row 12   Seat 7", "Please have this code ready at the gate")):
        write(image, (0.1 * w, 0.72 * h + row * 0.07 * h), words, round(0.032 * h), (40, 40, 40))
    return image


def _ean(twelve: str) -> tuple[str, str]:
    """The 13 digits, the last for checking, and their 95 modules (GS1 General Specifications, 5.2)."""
    digits = [int(each) for each in twelve]
    digits.append(-sum(digit * (3 if at % 2 else 1) for at, digit in enumerate(digits)) % 10)
    right = {digit: "".join("10"[int(bit)] for bit in code) for digit, code in enumerate(_LEFT)}
    bars = "101"
    for parity, digit in zip(_PARITY[digits[0]], digits[1:7], strict=True):
        bars += _LEFT[digit] if parity == "L" else right[digit][::-1]
    bars += "01010" + "".join(right[digit] for digit in digits[7:]) + "101"
    return "".join(map(str, digits)), bars


def _label(code: tuple[str, str], module: int, name: str, line: str) -> Image.Image:
    digits, bars = code
    w, h = 125 * module, 100 * module
    image = Image.new("RGB", (w, h), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((module, module, w - module, h - module), outline=(60, 60, 60), width=2)
    write(image, (8 * module, 4 * module), name, 9 * module, (0, 0, 0), bold=True)
    write(image, (8 * module, 17 * module), line, 5 * module, (60, 60, 60))
    for at, bar in enumerate(bars):
        if bar == "1":
            x = (15 + at) * module
            guard = at < 3 or at > 91 or 45 <= at <= 49
            draw.rectangle((x, 30 * module, x + module - 1, (88 if guard else 83) * module), fill=(0, 0, 0))
    for start, part in ((5, digits[0]), (19, digits[1:7]), (65, digits[7:])):
        spread = 7 * module
        for at, digit in enumerate(part):
            write(image, (start * module + at * spread, 83.5 * module), digit, 8 * module, (0, 0, 0))
    return image
