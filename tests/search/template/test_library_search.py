"""A template looked for in all pictures of a library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

import lookalike
from lookalike import Library
from lookalike.errors import BadQuery
from lookalike.match import LOCATORS
from lookalike.match.locate.pose_sweep import geometric
from lookalike.search.ingest.grey_planes import PLANE
from lookalike.search.ingest.options import Options, Progress
from lookalike.search.template.library_search import STEP, Found
from lookalike.types import Space

BOX = (200, 60, 70, 90)
BY = ["phash"]


def photos_in(folder: Path, files: list[Path]) -> Path:
    folder.mkdir()
    for file in files:
        with Image.open(file) as image:
            image.convert("RGB").save(folder / f"{file.stem}.png")
    return folder


def indexed(folder: Path, album: Path) -> Library:
    library = lookalike.open(folder)
    library.index(album, describers=BY, local=False, options=Options(workers=1))
    return library


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, photo_files: list[Path]) -> Path:
    """Photos that no test touches."""
    return photos_in(tmp_path_factory.mktemp("shown") / "album", photo_files)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory, shown: Path) -> Iterator[Library]:
    """A library of them."""
    with indexed(tmp_path_factory.mktemp("held"), shown) as library:
        yield library


@pytest.fixture
def album(tmp_path: Path, photo_files: list[Path]) -> Path:
    """Photos of this test."""
    return photos_in(tmp_path / "album", photo_files)


@pytest.fixture
def kept(tmp_path: Path, album: Path) -> Iterator[Library]:
    """A library of them."""
    with indexed(tmp_path / "library", album) as library:
        yield library


def part(album: Path, of: str = "astronaut", box: tuple[int, int, int, int] = BOX) -> np.ndarray:
    """As another camera might have taken it."""
    x, y, width, height = box
    with Image.open(album / f"{of}.png") as image:
        pixels = np.asarray(image)[y : y + height, x : x + width]
    noise = np.random.default_rng(0).normal(0, 4, pixels.shape)
    return np.clip(pixels * 0.8 + 20 + noise, 0, 255).astype(np.uint8)


def name(found: Found) -> str:
    return Path(found.record.path).stem


def test_the_picture_that_holds_it_is_found_with_the_place(held: Library, shown: Path) -> None:
    found = held.locate(part(shown))
    (one,) = found.places
    assert name(one) == "astronaut"
    np.testing.assert_allclose(one.placement.box, BOX, atol=1)
    assert one.placement.score > 0.95
    assert (found.searched, found.unsearched) == (7, 0)


def test_what_no_picture_holds_is_not_found(held: Library, shown: Path) -> None:
    mirrored = part(shown, "chelsea", (120, 60, 120, 100))[:, ::-1].copy()
    assert held.locate(mirrored).places == ()


def test_what_looks_alike_but_for_its_detail_is_not_found_unless_asked_for_by_its_score(
    kept: Library, album: Path
) -> None:
    """A slope of light fits many pictures."""
    slope = np.clip(np.add.outer(np.arange(400), np.arange(600)) / 5 + 20, 0, 255)
    rng = np.random.default_rng(0)
    for at in range(3):
        noisy = slope + rng.normal(0, 2, slope.shape)
        Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(album / f"slope{at}.png")
    kept.index(album)
    template = np.clip(slope[100:164, 100:196] + rng.normal(0, 2, (64, 96)), 0, 255).astype(np.uint8)
    assert kept.locate(template).places == ()
    by_score = kept.locate(template, least=0.9).places
    assert {name(one) for one in by_score} >= {"slope0", "slope1", "slope2"}


def test_from_a_low_score_on_the_best_of_each_picture_come_back_in_order(held: Library, shown: Path) -> None:
    found = held.locate(part(shown), least=-1, k=3).places
    assert name(found[0]) == "astronaut"
    scores = [one.placement.score for one in found]
    assert scores == sorted(scores, reverse=True)
    assert len({name(one) for one in found}) == len(found) <= 3


def test_every_file_with_the_same_bytes_is_told(kept: Library, album: Path) -> None:
    (album / "twin.png").write_bytes((album / "astronaut.png").read_bytes())
    kept.index(album)
    assert sorted(name(one) for one in kept.locate(part(album)).places) == ["astronaut", "twin"]
    template = part(album)
    (album / "astronaut.png").unlink()
    assert [name(one) for one in kept.locate(template).places] == ["twin"]


def test_a_file_that_went_or_changed_is_passed_over(kept: Library, album: Path) -> None:
    template = part(album)
    with Image.open(album / "astronaut.png") as image:
        image.crop((10, 20, 500, 500)).save(album / "cut.png")
    kept.index(album)
    assert sorted(name(one) for one in kept.locate(template).places) == ["astronaut", "cut"]
    (album / "astronaut.png").unlink()
    assert [name(one) for one in kept.locate(template).places] == ["cut"]
    (album / "cut.png").write_bytes((album / "coffee.png").read_bytes())
    assert kept.locate(template).places == ()


def test_a_filter_holds(held: Library, shown: Path) -> None:
    found = held.locate(part(shown), where='name != "astronaut.png"')
    assert (found.places, found.searched) == ((), 6)


def test_a_logo_seen_smaller_is_found_at_its_size(held: Library, shown: Path) -> None:
    half = cv2.resize(part(shown), None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    (one,) = held.locate(half, scales=(1.0, 2.0), k=1).places
    assert name(one) == "astronaut"
    assert one.placement.scale == pytest.approx(1 / 0.6, rel=0.02)
    np.testing.assert_allclose(one.placement.box, BOX, atol=3)


@pytest.mark.parametrize("times", [1.0, 1.4])
def test_what_is_transparent_in_a_logo_does_not_count(held: Library, shown: Path, times: float) -> None:
    logo = part(shown)
    rows, columns = np.mgrid[-1 : 1 : logo.shape[0] * 1j, -1 : 1 : logo.shape[1] * 1j]
    alpha = np.where(rows**2 + columns**2 <= 1, 255, 0).astype(np.uint8)
    cut = cv2.resize(np.dstack([logo, alpha]), None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC)
    found = held.locate(cut, scales=(1 / times, 1 / times)).places
    assert [name(one) for one in found] == ["astronaut"]
    np.testing.assert_allclose(found[0].placement.box, BOX, atol=1)
    with pytest.raises(BadQuery, match="no pixel of it is left"):
        held.locate(np.dstack([logo, np.zeros_like(alpha)]))


def test_a_transparent_logo_of_another_size_is_found_at_its_size(held: Library, shown: Path) -> None:
    pixels = part(shown, box=(190, 40, 100, 130))
    oval = cv2.ellipse(np.zeros(pixels.shape[:2], np.uint8), (50, 65), (48, 63), 0, 0, 360, 255, -1)
    logo = np.dstack([np.where(oval[:, :, None] > 0, pixels, np.uint8([255, 0, 0])), oval])
    half = np.asarray(Image.fromarray(logo).resize((60, 78), Image.Resampling.BOX))
    (one,) = held.locate(half, scales=(1.0, 2.0), k=1).places
    assert name(one) == "astronaut"
    np.testing.assert_allclose(one.placement.box, (190, 40, 100, 130), atol=3)


def test_a_locator_may_be_named(held: Library, shown: Path) -> None:
    locator = LOCATORS.make("exact", {"comparison": "zsqdiff-normed", "colour": True})
    (one, *_) = held.locate(part(shown), locator=locator, least=-0.5).places
    assert name(one) == "astronaut"
    assert -0.1 < one.placement.score <= 0


def test_pictures_too_large_for_so_small_a_template_are_counted(held: Library, shown: Path) -> None:
    found = held.locate(part(shown, box=(200, 60, 11, 11)))
    assert found.places == ()
    assert found.searched < 7
    assert found.searched + found.unsearched == 7


def test_planes_are_kept_from_the_start_left_out_dropped_and_filled_later(library: Library, album: Path) -> None:
    library.index(album, describers=BY, local=False, planes=False)
    with pytest.raises(BadQuery, match="index PATH --planes"):
        library.locate(part(album))
    library.index(album)
    assert library.status().planes == 0
    told: list[Progress] = []
    library.index(album, planes=True, options=Options(workers=1, on_commit=told.append))
    assert told[-1] == Progress(7, 7, 0)
    assert library.status().planes == 7
    assert [name(one) for one in library.locate(part(album)).places] == ["astronaut"]
    library.index(album, planes=False)
    assert library.status().planes == 0


def test_filling_them_goes_on_where_it_was_stopped(library: Library, album: Path) -> None:
    library.index(album, describers=BY, local=False, planes=False)
    asked = iter([False, False, False])
    stop = lambda: next(asked, True)  # noqa: E731
    report = library.index(album, planes=True, options=Options(workers=1, should_stop=stop))
    assert report.interrupted
    assert library.status().planes < 7
    library.index(album)
    assert library.status().planes == 7


@pytest.mark.parametrize("planes", [True, None])
def test_planes_of_another_make_are_made_anew(kept: Library, album: Path, planes: bool | None) -> None:
    old = Space("plane", "0123456789abcdef", 12, "correlation")
    kind: Any = type(kept.store)
    store = kind.open(kept.folder)
    with store.writing(), store.transaction():
        store.drop_space(PLANE.space)
        store.add_space(old, "{}", "planes")
    store.close()
    with pytest.raises(BadQuery, match="index PATH --planes"):
        kept.locate(part(album))
    kept.index(album, planes=planes)
    assert kept.store.spaces("planes") == [PLANE.space]
    assert kept.locate(part(album)).places != ()


@pytest.mark.parametrize(
    ("k", "scales"), [(0, (1.0, 1.0)), (1, (0.0, 1.0)), (1, (2.0, 1.0)), (1, (1.0, np.inf)), (1, (np.nan, 1.0))]
)
def test_what_cannot_be_asked_is_refused(held: Library, shown: Path, k: int, scales: tuple[float, float]) -> None:
    with pytest.raises(BadQuery):
        held.locate(part(shown), k=k, scales=scales)


def test_no_size_beyond_the_limits_is_told(held: Library, shown: Path) -> None:
    larger = cv2.resize(part(shown), None, fx=1 / 0.82, fy=1 / 0.82, interpolation=cv2.INTER_CUBIC)
    (found, *_) = held.locate(larger, scales=(0.5, 0.8), least=0.5).places
    assert found.placement.scale == pytest.approx(0.8)


def test_a_locator_that_finds_a_size_of_its_own_has_it_told(held: Library, shown: Path) -> None:
    larger = cv2.resize(part(shown), None, fx=1.02, fy=1.02, interpolation=cv2.INTER_CUBIC)
    poses = LOCATORS.make("poses", {"smallest": 0.9, "largest": 1.1, "least_angle": 0.0, "most_angle": 0.0})
    (found, *_) = held.locate(larger, locator=poses).places
    assert found.placement.scale == pytest.approx(1 / 1.02, abs=0.01)


def test_scales_go_evenly_from_one_to_the_other() -> None:
    assert geometric(1.0, 1.0, STEP) == [1.0]
    steps = np.array(geometric(0.5, 2.0, STEP))
    assert steps[[0, -1]] == pytest.approx([0.5, 2.0])
    assert (steps[1:] / steps[:-1]).max() <= 1.1 + 1e-9


@pytest.mark.parametrize("least", [None, -1e12])
def test_a_comparison_that_is_no_correlation_fills_as_many_answers_as_are_asked_for(
    held: Library, shown: Path, least: float | None
) -> None:
    """Whatever the small planes make of the template."""
    noise = np.random.default_rng(0).integers(0, 256, (80, 80), dtype=np.uint8)
    for template in (noise, part(shown)):
        found = held.locate(template, locator=LOCATORS.make("fast", {"comparison": "sqdiff"}), least=least, k=3)
        assert len(found.places) == 3


def test_a_least_score_that_is_no_number_is_refused(held: Library, shown: Path) -> None:
    with pytest.raises(BadQuery, match="nan"):
        held.locate(part(shown), least=float("nan"))


def test_a_picture_that_holds_a_sibling_of_the_template_is_not_told(library: Library, tmp_path: Path) -> None:
    def sign(number: str) -> np.ndarray:
        face = np.full((80, 80, 3), 255, np.uint8)
        cv2.circle(face, (40, 40), 35, (200, 20, 30), 8, cv2.LINE_AA)
        return cv2.putText(face, number, (13, 52), 0, 1.1, (0, 0, 0), 4, cv2.LINE_AA)

    folder = tmp_path / "signs"
    folder.mkdir()
    for number in ("30", "60", "80"):
        page = np.full((240, 320, 3), (90, 120, 150), np.uint8)
        page[60:140, 100:180] = sign(number)
        Image.fromarray(page).save(folder / f"{number}.png")
    library.index(folder, describers=BY, local=False, options=Options(workers=1))
    for number in ("30", "60", "80"):
        assert [name(one) for one in library.locate(sign(number)).places] == [number]
    assert library.locate(sign("50")).places == ()


def test_a_template_of_one_colour_is_said_to_be_beyond_small_planes(held: Library) -> None:
    found = held.locate(np.full((40, 60, 3), (200, 30, 30), np.uint8))
    assert (found.places, found.searched) == ((), 0)
    assert "of one colour" in (found.why or "")
