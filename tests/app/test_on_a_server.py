"""The program with a library in a database of PostgreSQL."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lookalike.store import open_store

INDEX = ("--describer", "phash", "--no-local", "--no-planes")


@pytest.fixture
def url(new_database: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Of an empty database."""
    monkeypatch.setenv("LOOKALIKE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return new_database()


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """A folder of 700 small pictures."""
    folder = tmp_path / "many"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for number in range(700):
        Image.fromarray(rng.integers(0, 256, (16, 16, 3), np.uint8)).save(folder / f"{number}.png")
    return folder


def test_every_verb_works_on_a_url(here, photos_folder: Path, url: str) -> None:
    assert here("--library", url, "status").code == 2
    assert here("--library", url, "index", photos_folder, *INDEX).code == 3
    found = here("search", photos_folder / "1.png", "--library", url, "--json")
    assert found.document["hits"][0]["path"] == str(photos_folder / "1.png")
    status = here("--library", url, "status", "--json").document
    assert (status["images"], status["failed"]) == (4, 1)
    assert re.fullmatch(r"postgresql://postgres@127\.0\.0\.1:\d+/library_\w+", status["library"])
    assert here("--library", url, "verify").code == 0
    assert here("--library", url, "repair").code == 0
    assert here("--library", url, "label", "add", "box", photos_folder / "1.png").code == 0
    assert here("--library", url, "search", "words:box").code == 0
    assert here("--library", url, "forget", photos_folder / "1.png").code == 0
    assert here("--library", url, "compact").code == 0
    assert here("--library", url, "doctor").code == 0
    assert not (photos_folder.parent / "library").exists()


def test_what_is_refused_makes_no_tables(here, photos_folder: Path, url: str, postgres_server: Any) -> None:
    assert here("--library", url, "index", photos_folder, "--describer", "nonsense").code == 2
    assert postgres_server.ask("SELECT to_regnamespace('lookalike')", url.rpartition("/")[2]) == [(None,)]


def test_a_library_is_copied_there_and_back(here, photos_folder: Path, url: str, tmp_path: Path) -> None:
    assert here("index", photos_folder, *INDEX).code == 3
    assert here("copy-library", tmp_path / "library", url, "--json").document["added"] == 4
    assert here("copy-library", url, tmp_path / "back").out == b"4 of 4 files copied, with 4 rows\n"
    documents = [
        here("search", photos_folder / "2.png", "--library", at, "--json").document["hits"]
        for at in (tmp_path / "library", url, tmp_path / "back")
    ]
    assert documents[0] == documents[1] == documents[2] != []
    assert here("copy-library", tmp_path / "library", tmp_path / "library").code == 2
    assert here("copy-library", tmp_path / "none", tmp_path / "new").code == 2
    assert not (tmp_path / "new").exists()


def test_errors_have_the_codes_of_the_contract_and_name_no_password(
    here, photos_folder: Path, url: str, postgres_server: Any
) -> None:
    assert here("--library", url, "index", photos_folder, *INDEX).code == 3
    wrong = {
        re.sub(r":\w+@", ":hidden@", url): (2, "database_refused"),
        f"{url}_absent": (2, "database_refused"),
        re.sub(r":\d+/", ":1/", url): (2, "database_refused"),
        url.replace("@", "%zz@"): (2, "database_refused"),
    }
    for at, (code, name) in wrong.items():
        ran = here("--library", at, "search", photos_folder / "0.png", "--json")
        assert (ran.code, ran.document["code"]) == (code, name)
        assert not re.search(rf"hidden|{postgres_server.password}", ran.out.decode() + ran.err)
    with closing(open_store(url)) as store, store.writing():
        assert here("--library", url, "forget", photos_folder / "0.png").code == 4
    postgres_server.ask("INSERT INTO lookalike.migrations VALUES (77, '9.9')", url.rpartition("/")[2])
    assert here("--library", url, "status").code == 6


def test_two_programs_index_at_once_and_every_picture_is_there_once(program, many: Path, url: str) -> None:
    with ThreadPoolExecutor(2) as threads:
        runs = list(threads.map(lambda _: program("--library", url, "index", many, *INDEX, "--json"), range(2)))
    assert [run.code for run in runs] == [0, 0], [run.err for run in runs]
    with closing(open_store(url, write=False)) as store:
        (space,) = store.spaces()
        assert (store.count(), len(store.ids()), len(store.vector_ids(space)), store.problems()) == (700, 700, 700, [])


@pytest.mark.parametrize("comes_back", [True, False])
def test_a_server_that_is_killed_while_indexing_loses_nothing_that_was_told(
    own_server: Any, many: Path, tmp_path: Path, comes_back: bool
) -> None:
    environment = os.environ | {"LOOKALIKE_LIBRARY": own_server.url(), "LOOKALIKE_CACHE": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "lookalike", "index", str(many), *INDEX]
    hasty = (
        "import lookalike.store.postgres.database as d; d.PATIENCE = 1.0; from lookalike.app.cli import main; main()"
    )
    if not comes_back:
        command[1:3] = ["-c", hasty]
    with subprocess.Popen(
        [*command, "--jsonl"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        told = json.loads(run.stdout.readline())["committed"]
        own_server.kill()
        if comes_back:
            own_server.start()
        rest = run.stdout.read().splitlines()
        error = run.stderr.read().decode()
    told = max([told, *(json.loads(line).get("committed", 0) for line in rest)])
    assert own_server.password not in error
    assert run.returncode == (0 if comes_back else 4), error
    own_server.start()
    with closing(open_store(own_server.url(), write=False)) as store:
        assert store.count() >= told >= 256
        assert store.problems() == []
    done = subprocess.run(
        [*command[:1], "-m", "lookalike", *command[3:]], env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0
    with closing(open_store(own_server.url(), write=False)) as store:
        assert store.count() == 700
