"""A later frame of an animation, or page of a document, finds it, and the answer says which."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lookalike import Library
from lookalike.app.documents import search_document
from lookalike.describe import DESCRIBERS
from lookalike.search.describe import describe_files
from lookalike.search.ranking.channels import Channel
from lookalike.search.ranking.frames import Frames

BLACK = Image.new("RGB", (64, 48))


def shot(seed: int) -> Image.Image:
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((64, 48), Image.Resampling.BICUBIC)


def save(path: Path, shots: list[Image.Image], **settings: object) -> None:
    shots[0].save(path, save_all=True, append_images=shots[1:], **settings)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A film of 40 frames, five scenes of eight; a document of three pages; and strangers."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    film = [BLACK] * 4 + [shot(scene) for scene in range(5) for _ in range(8)][4:]
    marked = []
    for number, image in enumerate(film):  # no two alike: a writer makes one of equal frames
        image = image.copy()
        image.putpixel((0, 0), (number, number, number))
        marked.append(image)
    save(folder / "film.webp", marked, lossless=True)
    save(folder / "pages.tif", [shot(20), Image.new("RGB", (64, 48), "white"), shot(21).resize((128, 96))])
    for seed in range(30, 36):
        shot(seed).save(folder / f"{seed}.png")
    return folder


@pytest.fixture
def library(library: Library, pictures: Path) -> Library:
    report = library.index(pictures, describers=["phash", "histogram"], local=False, planes=False)
    assert (report.added, report.failed) == (8, 0)
    return library


def best(library: Library, image: Image.Image, **settings: object) -> dict[str, object]:
    hit = search_document(library.search(image, k=3, **settings))["hits"][0]
    return {"name": Path(hit["path"]).name, "frame": hit.get("frame"), "frames": hit["frames"], "why": hit["why"]}


def test_each_scene_of_a_film_finds_it_and_is_named(library: Library) -> None:
    assert best(library, shot(0))["frame"] is None  # the first that shows something stands for the film
    for scene in range(1, 5):
        found = best(library, shot(scene))
        assert (found["name"], found["frames"]) == ("film.webp", 40)
        assert 8 * scene < found["frame"] <= 8 * scene + 8
        assert str(found["why"]).endswith(f", frame {found['frame']} of 40")


def test_a_later_page_finds_its_document(library: Library) -> None:
    assert best(library, shot(20)) | {"why": ""} == {"name": "pages.tif", "frame": None, "frames": 3, "why": ""}
    assert best(library, shot(21)) | {"why": ""} == {"name": "pages.tif", "frame": 3, "frames": 3, "why": ""}


def test_a_frame_is_not_the_film(library: Library) -> None:
    answer = library.search(shot(3), k=1)[0]
    assert (answer.relation, answer.identical) == ("similar", None)


def test_strangers_find_no_frame_before_their_own_file(library: Library) -> None:
    assert best(library, shot(33)) | {"why": ""} == {"name": "33.png", "frame": None, "frames": 1, "why": ""}


def test_a_filter_holds_for_frames_too(library: Library) -> None:
    assert best(library, shot(3), where="not name = film.webp")["name"] != "film.webp"
    assert best(library, shot(3), where="frames >= 40")["name"] == "film.webp"


def test_of_several_views_the_one_that_finds_a_frame_counts(library: Library) -> None:
    hits = library.search(shot(50), shot(3), k=1)
    assert (Path(hits[0].record.path).name, hits[0].frame is not None) == ("film.webp", True)


def test_a_describer_that_comes_later_knows_the_frames(library: Library, pictures: Path) -> None:
    library.index(pictures, describers=["ahash"])
    assert best(library, shot(4), by={"ahash": 1.0})["name"] == "film.webp"


def test_describing_a_film_gives_one_row(pictures: Path) -> None:
    described = describe_files([pictures / "film.webp", pictures / "30.png"], DESCRIBERS.make("phash"), workers=1)
    assert (len(described.paths), len(described.vectors)) == (2, 2)


def test_frames_of_a_file_that_is_forgotten_are_not_found(library: Library, pictures: Path) -> None:
    library.forget([pictures / "film.webp"])
    assert best(library, shot(3))["name"] != "film.webp"
    library.compact()
    assert best(library, shot(3))["name"] != "film.webp"
    library.index(pictures)
    assert best(library, shot(3))["name"] == "film.webp"


def test_a_document_with_a_broken_page_is_found_by_the_first_and_says_so(library: Library, pictures: Path) -> None:
    file = io.BytesIO()
    shot(40).save(file, "TIFF", save_all=True, append_images=[shot(41)], compression="tiff_lzw")
    with Image.open(file) as pages:
        pages.seek(1)
        document: Any = pages
        at = document.tag_v2[273][0]
    broken = bytearray(file.getvalue())
    broken[at : at + 200] = b"\xff" * 200
    (pictures / "broken.tif").write_bytes(broken)
    report = library.index(pictures)
    assert (report.added, report.failed) == (1, 0)
    (record,) = library.store.records(where="name = broken.tif")
    assert (record.content.frames, record.content.flags) == (2, ("frames",))
    assert best(library, shot(40))["name"] == "broken.tif"


def test_all_channels_speak_of_one_frame() -> None:
    class Fake:
        unrelated = 0.0

    one, other = Channel(Fake(), 1.0, "one"), Channel(Fake(), 1.0, "other")  # type: ignore[arg-type]
    frames = Frames(
        np.array([7, 7, 9]),
        np.array([3, 5, 2]),
        {one: np.array([[0.9, 0.6, 0.1]], np.float32), other: np.array([[0.1, 0.8, 0.1]], np.float32)},
    )
    own = {one: np.array([[0.5, 0.5]], np.float32), other: np.array([[0.5, 0.5]], np.float32)}
    merged, numbers = frames.replaced(own, np.array([7, 9]))
    assert numbers.tolist() == [[5, -1]]
    np.testing.assert_allclose([merged[one][0], merged[other][0]], [[0.6, 0.5], [0.8, 0.5]])
    assert own[one].tolist() == [[0.5, 0.5]]
    assert frames.nearest(1).tolist() == [7]
