"""Facts of files and of sidecars, through index runs."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from PIL import Image

from lookalike import Library
from lookalike.search.ingest import facts as module
from lookalike.search.ingest.options import Options, Progress
from lookalike.types import Record

BY = ["phash"]


def sidecar(title: str, inside: str = "") -> str:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{title}</dc:title>{inside}</rdf:Description></rdf:RDF></x:xmpmeta>"
    )


def photo(path: Path, shade: int, camera: str = "X100V") -> None:
    exif = Image.Exif()
    exif[0x0110] = camera
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 0.0, 0.0), 3: "E", 4: (16.0, 0.0, 0.0)})
    picture = Image.linear_gradient("L").resize((64, 48)).point(lambda level: (level + shade) % 256)
    picture.convert("RGB").save(path, exif=exif)


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """a.jpg, b.jpg and c.png, each with a camera and a place."""
    photos = tmp_path / "album"
    photos.mkdir()
    for number, name in enumerate(["a.jpg", "b.jpg", "c.png"]):
        photo(photos / name, 60 * number)
    return photos


def records(library: Library) -> dict[str, Record]:
    return {Path(record.path).name: record for record in library.records()}


def titles(library: Library) -> dict[str, str | None]:
    return {name: record.facts.title for name, record in records(library).items()}


def test_facts_of_new_pictures_are_read_with_them_and_the_place_is_told_to_who_asks(
    library: Library, album: Path
) -> None:
    assert library.index(album, describers=BY).added == 3
    for record in library.records():
        assert record.facts.camera == "X100V"
        assert "48" not in repr(record.facts)
        place = library.store.facts.place(record.content.sha256)
        assert place is not None
        assert (place.latitude, place.longitude) == (48.0, 16.0)


def forget_facts(library: Library) -> None:
    """As a library of an older version is once it was brought up to date."""
    library.close()
    connection = sqlite3.connect(library.folder / "library.sqlite")
    connection.executescript("DELETE FROM facts; DELETE FROM places")
    connection.close()


def test_facts_that_an_older_version_did_not_read_are_read_by_the_next_run(library: Library, album: Path) -> None:
    library.index(album, describers=BY)
    forget_facts(library)
    assert records(library)["a.jpg"].facts.camera is None
    (album / "b.jpg").unlink()
    told: list[Progress] = []
    report = library.index(album, options=Options(workers=1, on_commit=told.append))
    assert told[-1] == Progress(2, 2, 0)
    assert (report.unchanged, report.removed, report.failures) == (2, 1, ())
    assert {name: record.facts.camera for name, record in records(library).items()} == dict.fromkeys(
        ["a.jpg", "c.png"], "X100V"
    )
    assert library.store.facts.place(records(library)["a.jpg"].content.sha256) is not None


def test_a_run_that_is_stopped_reads_the_rest_of_the_facts_the_next_time(library: Library, album: Path) -> None:
    library.index(album, describers=BY)
    forget_facts(library)
    assert library.index(album, options=Options(workers=1, should_stop=lambda: True)).interrupted
    assert len(library.store.facts.missing()) == 3
    library.index(album)
    assert len(library.store.facts.missing()) == 0


def test_a_file_that_changed_behind_our_back_lends_its_facts_to_no_other(library: Library, album: Path) -> None:
    library.index(album, describers=BY)
    forget_facts(library)
    photo(album / "a.jpg", 5, "Other")
    library.index(album)
    assert records(library)["a.jpg"].facts.camera == "Other"


@pytest.mark.parametrize("name", ["a.jpg.xmp", "a.xmp", "a.jpg.XMP"])
def test_a_sidecar_is_read_when_it_comes_changes_and_goes(library: Library, album: Path, name: str) -> None:
    library.index(album, describers=BY)
    file = album / name
    file.write_text(sidecar("One"))
    library.index(album)
    assert titles(library) == {"a.jpg": "One", "b.jpg": None, "c.png": None}
    file.write_text(sidecar("Two, longer"))
    library.index(album)
    assert titles(library)["a.jpg"] == "Two, longer"
    assert records(library)["a.jpg"].facts.camera == "X100V"
    file.unlink()
    library.index(album)
    assert titles(library)["a.jpg"] is None


def test_the_sidecar_of_the_whole_name_counts_before_that_of_the_stem(library: Library, album: Path) -> None:
    shutil.copy(album / "b.jpg", album / "a.png")
    (album / "a.xmp").write_text(sidecar("of both"))
    (album / "a.jpg.xmp").write_text(sidecar("of one"))
    library.index(album, describers=BY)
    assert titles(library) == {"a.jpg": "of one", "a.png": "of both", "b.jpg": None, "c.png": None}


def test_sidecars_of_what_moved_are_found_beside_it(library: Library, album: Path) -> None:
    (album / "a.xmp").write_text(sidecar("One"))
    library.index(album, describers=BY)
    (album / "below").mkdir()
    for name in ("a.jpg", "a.xmp"):
        (album / name).rename(album / "below" / name)
    library.index(album)
    assert titles(library)["a.jpg"] == "One"
    moved = album.with_name("elsewhere")
    album.rename(moved)
    library.move_root(album, moved)
    assert titles(library)["a.jpg"] == "One"


def test_sidecars_stay_while_the_drive_is_away(library: Library, album: Path) -> None:
    (album / "a.xmp").write_text(sidecar("One"))
    library.index(album, describers=BY)
    away = album.with_name("away")
    album.rename(away)
    album.mkdir()
    assert library.index(album).kept
    assert titles(library)["a.jpg"] == "One"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('<!DOCTYPE x [<!ENTITY a "ha">]>' + sidecar("&a;"), "unsupported"),
        ("no XML", "unsupported"),
        (sidecar("x") + " " * 2**13, "too_large"),
    ],
)
def test_a_sidecar_that_cannot_be_read_is_told_once_and_loses_no_picture(
    library: Library, album: Path, monkeypatch: pytest.MonkeyPatch, text: str, reason: str
) -> None:
    monkeypatch.setattr(module, "MOST_SIDECAR_BYTES", 2**12)
    (album / "a.xmp").write_text(text)
    report = library.index(album, describers=BY)
    assert (report.added, report.failed) == (3, 0)
    assert [(Path(failure.path).name, failure.reason) for failure in report.failures] == [("a.xmp", reason)]
    assert library.index(album).failures == ()
    (album / "a.xmp").write_text(sidecar("Good"))
    assert library.index(album).failures == ()
    assert titles(library)["a.jpg"] == "Good"


def test_a_link_in_the_place_of_a_sidecar_is_not_followed(library: Library, album: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.xml").write_text(sidecar("Secret"))
    (album / "a.xmp").symlink_to(tmp_path / "secret.xml")
    library.index(album, describers=BY)
    assert titles(library)["a.jpg"] is None
