from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lookalike.errors import UnknownName, WeightsError
from lookalike.models.cache import cache_folder, cached, check, path_of, remove, states
from lookalike.models.table import WEIGHTS, AtUrl, InPackage, Weights

DEFAULT = "efficientnet-lite0"


def put(weights: Weights, content: bytes) -> Path:
    path = cached(weights)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_the_environment_chooses_the_folder(cache: Path) -> None:
    assert cache_folder() == cache


def test_without_a_choice_the_folder_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("LOOKALIKE_CACHE")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "elsewhere"))
    assert cache_folder().is_relative_to(tmp_path)
    assert cache_folder().parts[-2:] == ("lookalike", "weights")


def test_asking_makes_no_folder(cache: Path, weights: Weights) -> None:
    states()
    with pytest.raises(WeightsError):
        path_of(weights.name)
    assert not cache.exists()


def test_the_default_weights_come_with_the_install(cache: Path) -> None:
    path = path_of(DEFAULT)
    assert path.stat().st_size == WEIGHTS[DEFAULT].bytes
    assert not path.is_relative_to(cache)


def test_weights_that_are_not_here_tell_how_to_get_them(weights: Weights) -> None:
    with pytest.raises(WeightsError, match="lookalike models get tried"):
        path_of(weights.name)


def test_a_name_that_is_not_in_the_table_is_told_its_neighbour() -> None:
    with pytest.raises(UnknownName, match="efficientnet-lite0"):
        path_of("efficientnet-light0")


def test_what_lies_in_the_cache_is_found(weights: Weights) -> None:
    path = put(weights, bytes(range(256)) * 4096)
    assert path_of(weights.name) == path


def test_a_file_that_is_not_the_one_meant_is_refused_with_both_digests(weights: Weights) -> None:
    path = put(weights, b"something else")
    with pytest.raises(WeightsError, match=weights.sha256) as caught:
        path_of(weights.name)
    assert hashlib.sha256(b"something else").hexdigest() in str(caught.value)
    assert path.exists(), "what the user keeps there is not deleted by reading"


def test_the_cache_serves_what_its_package_no_longer_does(add_row: Callable[..., Weights]) -> None:
    weights = add_row(InPackage("no-such-package-anywhere", "1.0", "weights/net.pt"), content=b"net")
    assert path_of_or_none(weights) is None
    path = put(weights, b"net")
    assert path_of_or_none(weights) == path


def path_of_or_none(weights: Weights) -> Path | None:
    return next(state.path for state in states() if state.weights == weights)


def test_states_name_every_row_and_where_its_file_is(weights: Weights) -> None:
    before = {state.weights.name: state.path for state in states()}
    assert set(before) == set(WEIGHTS)
    assert before[DEFAULT] is not None
    assert before[weights.name] is None
    path = put(weights, b"anything")
    assert {state.weights.name: state.path for state in states()} == before | {weights.name: path}


def test_remove_frees_what_the_cache_holds(weights: Weights) -> None:
    path = put(weights, b"twelve bytes")
    assert remove(weights.name) == 12
    assert not path.exists()
    assert remove(weights.name) == 0


def test_remove_leaves_what_an_installed_package_holds() -> None:
    path = path_of(DEFAULT)
    assert remove(DEFAULT) == 0
    assert path.is_file()


def test_the_name_in_the_cache_changes_with_the_content(weights: Weights, add_row: Callable[..., Weights]) -> None:
    newer = add_row(AtUrl("http://127.0.0.1:1/weights.pth"), content=b"newer")
    assert newer.name == weights.name
    assert cached(newer) != cached(weights)
    assert cached(newer).suffix == ".pth"


def test_check_reads_the_content_not_the_name(tmp_path: Path) -> None:
    copy = tmp_path / "named otherwise"
    shutil.copy(path_of(DEFAULT), copy)
    check(copy, WEIGHTS[DEFAULT])
    with copy.open("r+b") as file:
        file.seek(1000)
        file.write(b"\0\1\2")
    with pytest.raises(WeightsError, match="not the file that is meant"):
        check(copy, WEIGHTS[DEFAULT])
