"""`identical` is a promise: question, comparison and duplicates keep it by one fingerprint."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

import lookalike
from lookalike import Library
from lookalike.app.documents import compare_document, dupes_document, search_document
from lookalike.pixels.limits import Limits
from lookalike.protocols import Store
from lookalike.search.duplicates import identical
from lookalike.search.duplicates.hard_links import are_hard_links, hard_links
from lookalike.store.checksum import of_values
from lookalike.store.schema import COLUMNS
from lookalike.types import Ids

Write = Callable[[str], Path]


def photo(seed: int) -> Image.Image:
    """Coarse coloured noise of few colours, so that a palette holds it."""
    coarse = np.random.default_rng(seed).integers(0, 4, (6, 8, 3), dtype=np.uint8) * 85
    return Image.fromarray(coarse).resize((64, 48), Image.Resampling.NEAREST)


def line_art(seed: int) -> Image.Image:
    image = Image.new("RGBA", (64, 48), (0, 0, 0, 0))
    x, y = np.random.default_rng(seed).integers(0, 30, 2).tolist()
    ImageDraw.Draw(image).rectangle((x, y, x + 20, y + 12), outline="white", width=3)
    return image


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    return folder


def groups_of(library: Library, pictures: Path) -> list[set[str]]:
    library.index(pictures, describers=["phash"], local=False, planes=False)
    groups = library.dupes("identical")
    assert all(group.relation == "identical" for group in groups)
    return [{Path(member.path).name for member in group.members} for group in groups]


def related(library: Library, source: object) -> dict[str, tuple[str, str | None]]:
    """Of each hit its relation and in which sense it is identical."""
    hits = search_document(library.search(source, k=50))["hits"]
    return {Path(hit["path"]).name: (hit["relation"], hit.get("identical")) for hit in hits}


def test_animations_that_begin_alike_are_not_identical_to_each_other_nor_to_that_frame(
    library: Library, pictures: Path
) -> None:
    black = Image.new("RGB", (64, 48))
    for seed in range(3):
        black.save(pictures / f"{seed}.gif", save_all=True, append_images=[photo(seed)], duration=100)
    black.save(pictures / "fade.webp", save_all=True, append_images=[photo(0)], duration=100, lossless=True)
    black.save(pictures / "slow.webp", save_all=True, append_images=[photo(0)], duration=900, lossless=True)
    black.save(pictures / "black.png")
    photo(0).save(pictures / "0.png")
    assert groups_of(library, pictures) == [{"0.gif", "fade.webp"}]
    assert [record.content.frames for record in library.store.records(where="frames > 1")] == [2] * 5
    told = related(library, pictures / "0.gif")
    assert (told["0.gif"], told["fade.webp"]) == (("identical", "bytes"), ("identical", "pixels"))
    assert {name for name, (relation, _) in told.items() if relation == "identical"} == {"0.gif", "fade.webp"}


def test_white_drawings_on_nothing_are_told_apart(library: Library, pictures: Path) -> None:
    for seed in range(4):
        line_art(seed).save(pictures / f"{seed}.png")
    line_art(0).save(pictures / "again.webp", lossless=True)
    Image.new("RGB", (64, 48), "white").save(pictures / "white.png")
    assert groups_of(library, pictures) == [{"0.png", "again.webp"}]


def test_a_question_is_identical_as_a_file_an_array_and_a_pil_image(library: Library, pictures: Path) -> None:
    line_art(0).save(pictures / "art.png")
    photo(0).save(pictures / "photo.png")
    assert groups_of(library, pictures) == []
    for name, image in (("art.png", line_art(0)), ("photo.png", photo(0))):
        for source in (image, np.asarray(image)):
            assert related(library, source)[name] == ("identical", "pixels")
        assert related(library, pictures / name)[name] == ("identical", "bytes")


def test_one_pixel_of_another_level_is_not_identical(library: Library, pictures: Path) -> None:
    photo(0).save(pictures / "a.png")
    touched = photo(0)
    touched.putpixel((5, 5), (1, 2, 3))
    touched.save(pictures / "b.png")
    assert groups_of(library, pictures) == []
    assert related(library, touched)["a.png"][0] != "identical"
    assert lookalike.compare(photo(0), touched, describers=["phash"]).relation != "identical"


def test_colours_that_no_alpha_lets_through_do_not_count(library: Library, pictures: Path) -> None:
    for name, hidden in (("a", (0, 0, 0, 0)), ("b", (200, 90, 0, 0)), ("c", (200, 90, 0, 1))):
        image = photo(0).convert("RGBA")
        image.paste(hidden, (0, 0, 20, 20))
        image.save(pictures / f"{name}.png")
    assert groups_of(library, pictures) == [{"a.png", "b.png"}]


def test_a_crop_is_identical_only_of_what_shows_no_more_than_its_pixels(library: Library, pictures: Path) -> None:
    photo(0).crop((8, 8, 40, 40)).save(pictures / "part.png")
    assert groups_of(library, pictures) == []
    photo(0).save(pictures / "whole.png")
    photo(0).save(pictures / "reel.webp", save_all=True, append_images=[photo(1)], lossless=True)
    box = (8, 8, 32, 32)
    assert library.search(pictures / "whole.png", crop=box)[0].identical == "pixels"
    assert library.search(pictures / "reel.webp", crop=box)[0].identical is None


def test_members_say_in_which_sense_and_hard_links_are_named(library: Library, pictures: Path) -> None:
    photo(0).save(pictures / "a.png")
    os.link(pictures / "a.png", pictures / "b.png")
    (pictures / "c.png").write_bytes((pictures / "a.png").read_bytes())
    assert groups_of(library, pictures) == [{"a.png", "b.png", "c.png"}]
    photo(0).save(pictures / "d.bmp")  # later, and hence not the first of its group
    assert groups_of(library, pictures) == [{"a.png", "b.png", "c.png", "d.bmp"}]
    (group,) = dupes_document(library.dupes("identical"))["groups"]
    told = [(Path(m["path"]).name, m["identical"], m.get("hard_link_to")) for m in group["members"]]
    link = {"path": str(pictures / "a.png")}
    assert told == [
        ("a.png", "bytes", None),
        ("b.png", "bytes", link),
        ("c.png", "bytes", None),
        ("d.bmp", "pixels", None),
    ]
    assert set(hard_links(library.dupes("identical")[0].members)) == {str(pictures / "b.png")}


def test_a_comparison_says_in_which_sense_and_names_a_hard_link(pictures: Path) -> None:
    photo(0).save(pictures / "a.png")
    photo(0).save(pictures / "same.bmp")
    os.link(pictures / "a.png", pictures / "link.png")
    (pictures / "symbolic.png").symlink_to(pictures / "a.png")
    (pictures / "copied.png").write_bytes((pictures / "a.png").read_bytes())
    told = {
        name: lookalike.compare(pictures / "a.png", pictures / name, describers=["phash"])
        for name in ("a.png", "same.bmp", "link.png", "copied.png")
    }
    assert {name: each.why for name, each in told.items()} == {
        "a.png": "the same bytes",
        "same.bmp": "the same pixels",
        "link.png": "one file under two names (hard links)",
        "copied.png": "the same bytes",
    }
    assert [compare_document(each)["identical"] for each in told.values()] == ["bytes", "pixels", "bytes", "bytes"]
    assert not are_hard_links(pictures / "a.png", pictures / "symbolic.png")
    assert not are_hard_links(pictures / "a.png", "colour:teal")


def test_pictures_with_nothing_to_see_are_identical_and_frames_beyond_the_bound_are_not(
    library: Library, pictures: Path
) -> None:
    Image.new("RGBA", (64, 48), (9, 9, 9, 0)).save(pictures / "a.png")
    Image.new("RGBA", (64, 48), (200, 0, 0, 0)).save(pictures / "b.png")
    many = [Image.fromarray(np.array([[n % 251, n % 7 * 30]], np.uint8)) for n in range(1_100)]
    for name in ("c.gif", "d.gif"):
        many[0].save(pictures / name, save_all=True, append_images=many[1:], comment=name.encode())
    assert groups_of(library, pictures) == [{"a.png", "b.png"}]


def test_what_an_older_version_indexed_is_counted_when_it_is_read_again(library: Library, pictures: Path) -> None:
    photo(0).save(pictures / "a.gif", save_all=True, append_images=[photo(1)])
    groups_of(library, pictures)
    library.close()
    with sqlite3.connect(library.folder / "library.sqlite") as database:
        database.create_function("checksum_of_values", -1, lambda *values: of_values(values))
        database.execute("UPDATE contents SET frames = NULL")
        database.execute(f"UPDATE contents SET checksum = checksum_of_values({', '.join(COLUMNS['contents'])})")
    database.close()
    assert [record.content.frames for record in library.store.records()] == [None]
    library.close()
    library.index(pictures, describers=["ahash"])
    assert [record.content.frames for record in library.store.records()] == [2]


def test_of_a_narrow_question_only_what_agrees_with_its_pictures_is_decoded(
    library: Library, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, seed in (("asked.png", 1), ("asked.bmp", 1), ("beside.tiff", 1), ("other.png", 2), ("other.bmp", 2)):
        photo(seed).save(pictures / name)
    assert groups_of(library, pictures) == [{"asked.png", "asked.bmp", "beside.tiff"}, {"other.png", "other.bmp"}]
    store, digests = library.store, identical.pixel_digests
    decoded: list[int] = []

    def noted(store: Store, ids: Ids, **given: Any) -> dict[int, str]:
        decoded.extend(ids.tolist())
        return digests(store, ids, **given)

    monkeypatch.setattr(identical, "pixel_digests", noted)
    (asked,) = store.ids("name = asked.png").tolist()
    (group,) = identical.identical_groups(store, workers=1, limits=Limits(), only=np.array([asked]))
    assert {Path(member.path).name for member in group.members} == {"asked.png", "asked.bmp", "beside.tiff"}
    assert sorted(decoded) == sorted(member.id for member in group.members)
    told = library.dupes("identical", where="name = asked.*")
    assert [{Path(each.path).name for each in one.members} for one in told] == [{"asked.png", "asked.bmp"}]
    assert list(library.dupes("identical", where="name = beside.*")) == []
