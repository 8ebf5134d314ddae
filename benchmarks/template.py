"""Template search beside OpenCV's TM_CCOEFF_NORMED: speed at 12 Mpx, and whether the fast engine agrees with the exact.

    python benchmarks/template.py [--each 40] [--rounds 5] > template.json

Every round times OpenCV and both engines in turn on the same photo and template; the figure is the best round of each.
`fast_again` searches a picture a second time, whose halvings are then kept. `largest_error` is that of `exact` against
the definition in double precision, at 300 windows by chance and at the 100 of least contrast; OpenCV's beside it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
import skimage.data
from numpy.typing import NDArray

from lookalike.match.locate.exact import Exact
from lookalike.match.locate.integral_images import Slider
from lookalike.match.locate.pyramid import Pyramid
from lookalike.protocols import Locator
from lookalike.types import Picture, Pixels
from machine import machine
from template_cases import cases, mask_of

SIDES = (32, 64, 128, 256, 512)
WIDTH, HEIGHT = 4000, 3000
PHOTOS = (
    *("astronaut", "coffee", "chelsea", "rocket", "camera", "retina"),
    *("immunohistochemistry", "hubble_deep_field", "brick", "grass", "gravel", "moon"),
)
NEAR = 1.0
"""px that two places may differ by and be called the same."""


def by_opencv(template: NDArray[np.uint8], image: NDArray[np.uint8]) -> object:
    return cv2.minMaxLoc(cv2.matchTemplate(image, template, cv2.TM_CCOEFF_NORMED))


def anew(locator: Locator, template: Picture, pixels: Pixels) -> object:
    """In a picture of which nothing is remembered."""
    return locator.locate(template, Picture(pixels, (WIDTH, HEIGHT)))


def speed(rounds: int) -> list[dict[str, float]]:
    """Milliseconds for each side of a template that was cut out of a photo, seen in other light."""
    pixels = mosaic()
    image = Picture(pixels, (WIDTH, HEIGHT))
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    found = []
    for side in SIDES:
        part = np.clip(pixels[1000 : 1000 + side, 1500 : 1500 + side] * 0.8 + 20, 0, 255).astype(np.uint8)
        template = Picture(part, (side, side))
        small = cv2.cvtColor(part, cv2.COLOR_RGB2GRAY)
        ways: dict[str, Callable[[], object]] = {
            "opencv": partial(by_opencv, small, grey),
            "exact": partial(anew, Exact(), template, pixels),
            "fast": partial(anew, Pyramid(), template, pixels),
            "fast_again": partial(Pyramid().locate, template, image),
        }
        best = dict.fromkeys(ways, float("inf"))
        for _ in range(rounds):
            for name, way in ways.items():
                started = time.perf_counter()
                way()
                best[name] = min(best[name], 1000 * (time.perf_counter() - started))
        row = {"side": side, **{name: round(taken, 1) for name, taken in best.items()}}
        row |= {
            f"{name}_times_faster": round(best["opencv"] / best[name], 2) for name in ("exact", "fast", "fast_again")
        }
        row |= errors(grey, small)
        print(row, file=sys.stderr, flush=True)
        found.append(row)
    return found


def masked_speed(rounds: int) -> list[dict[str, float]]:
    """Milliseconds of both engines for an oval template."""
    image = Picture(mosaic(), (WIDTH, HEIGHT))
    found = []
    for side in SIDES:
        part = np.clip(image.pixels[1000 : 1000 + side, 1500 : 1500 + side] * 0.8 + 20, 0, 255).astype(np.uint8)
        template, mask = Picture(part, (side, side)), mask_of((side, side), 0)
        best = {"exact": float("inf"), "fast": float("inf")}
        for _ in range(rounds):
            for engine in (Exact(), Pyramid()):
                started = time.perf_counter()
                engine.locate(template, Picture(image.pixels, image.size), 1, mask)
                best[engine.name] = min(best[engine.name], 1000 * (time.perf_counter() - started))
        found.append({"side": side, **{name: round(taken, 1) for name, taken in best.items()}})
    return found


def errors(image: NDArray[np.uint8], template: NDArray[np.uint8]) -> dict[str, float]:
    """Largest differences from the definition, of `exact` and of OpenCV."""
    found = Exact().response(template[:, :, None], image[:, :, None])
    theirs = cv2.matchTemplate(image, template, cv2.TM_CCOEFF_NORMED)
    variance = Slider(template.shape).windows(image[:, :, None]).strip(slice(None)).variance
    rng = np.random.default_rng(0)
    varied = np.flatnonzero(variance > 0)
    chosen = np.concatenate([rng.choice(varied, 300), varied[np.argpartition(variance.ravel()[varied], 100)[:100]]])
    at = [divmod(int(one), found.shape[1]) for one in chosen]
    truth = np.array([_defined(image[y : y + template.shape[0], x : x + template.shape[1]], template) for y, x in at])
    return {
        name: float(f"{max(abs(response[y, x] - one) for (y, x), one in zip(at, truth, strict=True)):.2g}")
        for name, response in (("largest_error", found), ("largest_error_opencv", theirs))
    }


def _defined(window: NDArray[np.uint8], template: NDArray[np.uint8]) -> float:
    a, b = window - window.mean(), template - template.mean()
    return float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum()))


def mosaic() -> NDArray[np.uint8]:
    """Photos and textures side by side, each once, as much detail as a photo of 12 Mpx has."""
    side = 1000
    parts = []
    for name in PHOTOS:
        photo = getattr(skimage.data, name)()
        photo = np.repeat(photo[:, :, None], 3, axis=2) if photo.ndim == 2 else photo
        parts.append(cv2.resize(photo, (side, side), interpolation=cv2.INTER_CUBIC))
    rows = [np.hstack(parts[at : at + WIDTH // side]) for at in range(0, len(parts), WIDTH // side)]
    return np.ascontiguousarray(np.vstack(rows))


def hard_set(each: int, masked: bool) -> dict[str, dict[str, float]]:
    """By kind: how often the fast engine answers as the exact one, is sure by itself, and how often both are right."""
    engines = Exact(), Pyramid(), Pyramid(fall_back=False)
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for number, case in enumerate(cases(each)):
        mask = mask_of(case.template.size, number) if masked else None
        truth, found, unaided = (engine.locate(case.template, case.image, 1, mask) for engine in engines)
        kind = counts[case.kind]
        kind["cases"] += 1
        kind["same"] += same(truth.placements[0].box, found.placements[0].box)
        kind["sure"] += unaided.certain
        kind["same_unaided"] += same(truth.placements[0].box, unaided.placements[0].box)
        kind["right"] += case.place is not None and same(truth.placements[0].box, (*case.place, 0, 0))
    return {kind: dict(of_kind) for kind, of_kind in counts.items()}


def same(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    """Whether two boxes begin at the same place."""
    return abs(a[0] - b[0]) <= NEAR and abs(a[1] - b[1]) <= NEAR


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--each", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    found = {
        "schema": "lookalike/bench-template/1",
        "machine": machine(),
        "hard_set": hard_set(given.each, masked=False),
        "hard_set_masked": hard_set(given.each, masked=True),
        "speed": speed(given.rounds),
        "speed_masked": masked_speed(given.rounds),
    }
    print(json.dumps(found, indent=2))
