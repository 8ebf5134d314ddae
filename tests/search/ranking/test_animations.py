"""Animations and documents: a copy is one in every frame, and a still shows one of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

import lookalike
from lookalike.pixels.scenes import scene


def frames() -> list[Image.Image]:
    """A blank one, four that move, and a title of two letters."""
    shown = Image.fromarray(scene(np.random.default_rng(4))).resize((240, 240), Image.Resampling.LANCZOS)
    moving = [shown.crop((at, at, at + 200, at + 200)) for at in (0, 8, 16, 24)]
    title = Image.new("RGB", (200, 200), "black")
    ImageDraw.Draw(title).text((90, 90), "Fin", fill="white")
    return [Image.new("RGB", (200, 200), "black"), *moving, title]


def written(images: list[Image.Image], path: Path, **how: object) -> Path:
    images[0].save(path, save_all=True, append_images=images[1:], **how)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    written(frames(), tmp_path / "made.webp", lossless=True, duration=80)
    return tmp_path


def relation(a: Path | Image.Image, b: Path | Image.Image) -> tuple[str, str]:
    found = lookalike.compare(a, b, describers=["phash"])
    return found.relation, found.why


def test_saved_anew_and_smaller_it_is_a_copy(folder: Path) -> None:
    saved = written(frames(), folder / "saved.webp", quality=80, duration=80)
    small = [image.resize((150, 150), Image.Resampling.LANCZOS) for image in frames()]
    assert relation(folder / "made.webp", saved)[0] == "copy"
    assert relation(folder / "made.webp", written(small, folder / "small.webp", quality=90))[0] == "copy"
    pages = written(frames(), folder / "pages.tif")
    assert relation(folder / "made.webp", pages)[0] == "copy" or relation(folder / "made.webp", pages)[0] == "identical"


@pytest.mark.parametrize("number", [2, 3, 5])
def test_another_frame_anywhere_makes_a_variant_and_is_named(folder: Path, number: int) -> None:
    others = frames()
    ImageDraw.Draw(others[number]).rectangle((60, 60, 110, 100), fill="white")
    ImageDraw.Draw(others[number]).text((70, 70), "42", fill="black")
    told, why = relation(folder / "made.webp", written(others, folder / "other.webp", quality=85))
    assert told == "variant"
    assert f"frame {number + 1} of 6" in why or "differs in 1 place" in why


def film(odd: int | None = None, *, marked: bool = False) -> list[Image.Image]:
    """30 frames of a mark that wanders over a photo; part of the `odd` one is mirrored, a box lies on all `marked`."""
    shown = Image.fromarray(scene(np.random.default_rng(4))).resize((200, 200), Image.Resampling.LANCZOS)
    images = [shown.copy() for _ in range(30)]
    for number, image in enumerate(images):
        ImageDraw.Draw(image).ellipse((3 * number, 20, 3 * number + 24, 44), fill="red")
        if number == odd:
            image.paste(shown.crop((90, 90, 150, 150)).transpose(Image.Transpose.FLIP_LEFT_RIGHT), (90, 90))
        if marked:
            ImageDraw.Draw(image).rectangle((20, 150, 120, 185), fill="navy")
    return images


def test_one_other_frame_of_many_makes_a_variant(folder: Path) -> None:
    made = written(film(), folder / "film.webp", quality=90)
    told, why = relation(made, written(film(odd=14), folder / "odd.webp", quality=80))
    assert (told, "frame 15 of 30" in why) == ("variant", True)
    assert relation(made, written(film(), folder / "saved.webp", quality=80))[0] == "copy"


def test_a_box_on_one_frame_is_content_and_on_all_frames_an_edit(folder: Path) -> None:
    made = written(film(), folder / "film.webp", quality=90)
    images = film()
    images[20] = film(marked=True)[20]
    assert relation(made, written(images, folder / "one.webp", quality=85))[0] == "variant"
    assert relation(made, written(film(marked=True), folder / "all.webp", quality=85))[0] == "copy"


def test_a_still_and_a_shorter_one_are_parts(folder: Path) -> None:
    assert relation(frames()[1], folder / "made.webp")[0] == "part"
    told, why = relation(folder / "made.webp", written(frames()[:4], folder / "short.webp", quality=85))
    assert told == "part"
    assert "6 frames of the query, 4 frames of this picture" in why


def test_groups_of_copies_hold_no_animation_of_other_frames(folder: Path, tmp_path: Path) -> None:
    others = frames()
    others[3] = others[3].rotate(180)
    written(others, folder / "other.webp", lossless=True, duration=80)
    written(frames(), folder / "saved.webp", quality=80, duration=80)
    Image.fromarray(np.array(frames()[1])).save(folder / "still.png")
    with lookalike.open(tmp_path / "library") as library:
        library.index(folder, describers=["phash"])
        (group,) = library.dupes("copy")
        assert {Path(member.path).name for member in group.members} == {"made.webp", "saved.webp"}
        found = {Path(answer.record.path).name: answer.relation for answer in library.search(folder / "still.png")}
        assert found["made.webp"] == "part"


def test_an_open_file_is_the_frame_that_it_shows(folder: Path) -> None:
    with Image.open(folder / "made.webp") as image:
        image.seek(1)
        assert lookalike.compare(image, folder / "made.webp", describers=["phash"]).relation == "part"
