"""Pictures without a file, under URIs of the caller's."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lookalike import Library
from lookalike.app.documents import dupes_document
from lookalike.errors import BadQuery


def noise(seed: int) -> Image.Image:
    """Coarse coloured noise: each seed another picture."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((64, 48), Image.Resampling.BICUBIC)


@pytest.fixture
def shop(library: Library) -> Library:
    """Three arrays, as goods of a shop."""
    goods = {f"shop:{seed}": np.asarray(noise(seed)) for seed in (10, 11, 12)}
    assert library.add(goods, describers=["phash", "histogram"]).added == 3
    return library


def test_arrays_are_found_under_their_uri(shop: Library) -> None:
    answer = shop.search(np.asarray(noise(11)))[0]
    assert (answer.path, answer.relation, answer.file) == ("shop:11", "identical", "unchanged")
    worn = io.BytesIO()
    noise(12).save(worn, "JPEG", quality=70)
    answer = shop.search(worn.getvalue())[0]
    assert (answer.path, answer.relation, answer.file) == ("shop:12", "scene", "unchanged")  # no px to tell a copy by
    assert "gone" not in answer.why
    assert [record.path for record in shop.records("path = 'shop:*'")] == ["shop:10", "shop:11", "shop:12"]


def test_what_is_there_is_unchanged_and_another_picture_replaces_it(shop: Library) -> None:
    report = shop.add({"shop:10": np.asarray(noise(10)), "shop:11": noise(20), "shop:13": noise(13)})
    assert (report.unchanged, report.updated, report.added, report.seen) == (1, 1, 1, 3)
    assert len(shop) == 4
    assert shop.search(noise(20))[0].path == "shop:11"


def test_an_index_of_folders_leaves_them_alone(shop: Library, folder: Path) -> None:
    report = shop.index(folder)
    assert (report.added, report.removed, report.failed) == (5, 0, 0)
    assert len(shop) == 8
    report = shop.index(folder, describers=["dhash"])  # which cannot be made of them any more
    assert (report.unchanged, report.removed, report.failures) == (5, 0, ())
    assert shop.search(np.asarray(noise(11)))[0].path == "shop:11"
    assert [root.path for root in shop.roots()] == [str(folder)]


def test_adding_the_same_again_makes_what_the_library_lacks_of_it(shop: Library, folder: Path) -> None:
    shop.index(folder, describers=["dhash"])
    assert len(shop.vectors("dhash").ids) == 5
    report = shop.add({"shop:10": np.asarray(noise(10)), "shop:20": np.asarray(noise(11))})
    assert (report.unchanged, report.added, report.failures) == (1, 1, ())
    paths = shop.vectors("dhash").paths
    assert {path for path in paths if path.startswith("shop:")} == {"shop:10", "shop:11"}  # the first of its content
    assert shop.search(np.asarray(noise(10)), by="dhash")[0].path == "shop:10"


def test_a_file_and_a_uri_may_share_a_content(shop: Library, folder: Path) -> None:
    shop.index(folder)
    shop.add({"https://shop.example/1.png": (folder / "1.png").read_bytes()})
    (group,) = shop.dupes()
    assert {member.path for member in group.members} == {"https://shop.example/1.png", str(folder / "1.png")}
    told = dupes_document(shop.dupes())
    assert {member["file"] for member in told["groups"][0]["members"]} == {"unchanged"}
    assert [member["path"] for member in told["groups"][0]["members"] if member["best"]] == [str(folder / "1.png")]
    assert told["superfluous"]["files"] == 0
    assert shop.dupes("copy")[0].relation == "identical"


def test_forget_drops_a_uri_and_a_folder_of_uris(shop: Library, folder: Path) -> None:
    shop.add({"https://shop.example/a/1": noise(1), "https://shop.example/a/2": noise(2)})
    assert shop.forget("shop:11") == 1
    assert shop.forget("https://shop.example/a") == 2
    assert {record.path for record in shop.records()} == {"shop:10", "shop:12"}
    assert shop.verify() == []
    assert len(shop.records("date < 1971")) == 2  # they have none


def test_pages_show_no_picture_and_link_to_no_script(shop: Library) -> None:
    shop.add({"javascript:alert(1)": noise(3), "https://shop.example/4": noise(4)})
    page = shop.search(noise(3)).to_html()
    assert 'href="javascript' not in page
    assert 'href="https://shop.example/4"' in page
    assert "added without a file" in page


def test_a_transparent_picture_is_not_identical_to_the_opaque_one(shop: Library) -> None:
    opaque = np.asarray(noise(5))
    clear = np.dstack([opaque, np.full(opaque.shape[:2], 255, np.uint8)])
    clear[:10, :10, 3] = 0
    shop.add({"shop:clear": clear})
    found = {answer.path: answer.relation for answer in shop.search(opaque)}
    assert found["shop:clear"] != "identical"


@pytest.mark.parametrize("wrong", ["/a/b.jpg", "photo.jpg", "", "file:///a.jpg", "shop:", "shop:\x00", "shop:\ud800"])
def test_what_is_no_uri_is_refused_and_makes_no_library(library: Library, wrong: str) -> None:
    with pytest.raises(BadQuery, match="URI"):
        library.add({wrong: noise(1)})
    assert not library.folder.exists()


def test_what_is_no_picture_is_a_failure_of_its_own(shop: Library, tmp_path: Path) -> None:
    report = shop.add({"shop:1": b"nothing", "shop:2": str(tmp_path / "none.png"), "shop:3": noise(3)})
    assert (report.added, report.failed) == (1, 2)
    assert sorted(failure.path for failure in report.failures) == ["shop:1", "shop:2"]
