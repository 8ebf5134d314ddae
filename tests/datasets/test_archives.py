import zipfile

import pytest

from lookalike.datasets.archives import unpacked
from lookalike.errors import BadQuery


@pytest.fixture
def zipped(tmp_path):
    (tmp_path / "set" / "python").mkdir(parents=True)
    with zipfile.ZipFile(tmp_path / "set" / "python" / "small.zip", "w") as archive:
        archive.writestr("small/a/1.png", "one")
        archive.writestr("../../escaped.png", "out")
    return tmp_path / "set"


def test_an_archive_is_unpacked_once_and_into_nothing_but_its_place(zipped, tmp_path):
    place = unpacked(zipped, tmp_path / "cache")
    assert place.name == "set"
    assert (place / "small" / "a" / "1.png").read_text() == "one"
    assert not (tmp_path / "escaped.png").exists()
    assert not (tmp_path / "cache" / "escaped.png").exists()
    (place / "mark").touch()
    assert unpacked(zipped, tmp_path / "cache") == place
    assert (place / "mark").exists()


def test_a_folder_with_pictures_is_taken_as_it_is(zipped, tmp_path):
    (zipped / "photo.jpg").touch()
    assert unpacked(zipped, tmp_path / "cache") == zipped


def test_an_archive_that_is_damaged_leaves_nothing_behind(zipped, tmp_path):
    file = zipped / "python" / "small.zip"
    file.write_bytes(file.read_bytes()[:-30])
    with pytest.raises(BadQuery, match="cannot unpack"):
        unpacked(zipped, tmp_path / "cache")
    assert not [entry for entry in (tmp_path / "cache").rglob("*") if entry.is_file()]
