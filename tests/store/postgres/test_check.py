from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lookalike.errors import LibraryDamaged, OutOfSpace
from lookalike.facts import Facts, Label, Place
from lookalike.store.postgres.store import PostgresStore
from lookalike.types import Content, Keypoints, LocalFeatures, Space, Stamp, VerifiedPair

SPACE = Space("convnet", "aaaa", 4, "cosine")
BITS = Space("phash", "bbbb", 16, "hamming")
LOCAL = Space("sift", "cccc", 128, "cosine")
SHA256 = [f"{number:064x}" for number in range(3)]


def features(k: int) -> LocalFeatures:
    keypoints = Keypoints(np.zeros((k, 2), np.float32), np.ones(k, np.float32), (640, 480))
    return LocalFeatures(keypoints, np.eye(k, 128, dtype=np.float32))


@pytest.fixture
def store(new_store: Callable[[str], PostgresStore], tmp_path: Path) -> PostgresStore:
    """Three pictures with something in every table; their files are there."""
    made = new_store("postgres")
    files = [tmp_path / f"{number}.png" for number in range(3)]
    with made.writing(), made.transaction():
        for space, kind in ((SPACE, "vectors"), (BITS, "vectors"), (LOCAL, "local")):
            made.add_space(space, "{}", kind)
        ids = made.put_contents([Content(sha256, 1, (2, 2), "png") for sha256 in SHA256])
        for file, sha256 in zip(files, SHA256, strict=True):
            file.touch()
            made.put_records([(str(file), Stamp(1, 1, 1, 1), sha256)])
        made.put(SPACE, ids, np.eye(3, 4, dtype=np.float32))
        made.put(BITS, ids, np.arange(6, dtype=np.uint8).reshape(3, 2))
        made.put_local(LOCAL, {int(id): features(3) for id in ids})
        made.put_frames(SPACE, int(ids[1]), [1], np.ones((1, 4), np.float32))
        made.facts.put({sha256: (Facts(title="box"), Place(1.0, 2.0)) for sha256 in SHA256})
        made.facts.put_sidecars({str(files[0]): (Stamp(1, 1, 1, 1), Facts(rating=3))})
        made.labels.add([(SHA256[0], Label("box"))])
        made.put_calibration("key", "text")
        made.put_relations("judge", ids, [VerifiedPair(int(ids[0]), int(ids[1]), "copy", 1.0)])
    return made


@pytest.fixture
def damage(store: PostgresStore, postgres_server: Any) -> Callable[[str], None]:
    """Changes the rows of a table behind the back of the store."""

    def run(statement: str) -> None:
        name = store._postgres.at.url.rpartition("/")[2]
        postgres_server.ask(f"SET search_path = lookalike, public; {statement}", name)

    return run


DAMAGES = {
    "a vector": ("UPDATE vectors_1 SET vector = '[9, 9, 9, 9]' WHERE content = 1", "convnet vector of content 1", 0),
    "bits": ("UPDATE vectors_2 SET vector = ~vector WHERE content = 1", "phash vector of content 1", 0),
    "features": (
        "UPDATE vectors_3 SET vector = set_byte(vector, 300, 7) WHERE content = 1",
        "sift features of content 1",
        0,
    ),
    "a frame": ("UPDATE frames SET number = 2", "a row of the frames", 0),
    "facts": ("UPDATE facts SET title = 'fox' WHERE content = 1", "a row of the facts", 0),
    "a place": ("UPDATE places SET latitude = 9 WHERE content = 1", "a row of the places", 0),
    "a sidecar": ("UPDATE sidecars SET rating = 5", "a row of the sidecars", 0),
    "a label": ("UPDATE labels SET name = 'fox'", "a row of the labels", 0),
    "a calibration": ("UPDATE calibrations SET text = 'tent'", "a row of the calibrations", 0),
    "a proof": ("UPDATE relations SET score = 0.5", "a row of the relations", 0),
    "a record": ("UPDATE records SET mtime_ns = 2 WHERE content = 1", "a row of the records", 1),
    "a content": ("UPDATE contents SET width = 9 WHERE id = 1", "a row of the contents", 1),
    "a space": ("UPDATE spaces SET dim = 5 WHERE number = 1", "a row of the spaces", 0),
}


@pytest.mark.parametrize("what", DAMAGES)
def test_damage_is_found_and_removed_and_the_rest_stays(
    store: PostgresStore, damage: Callable[[str], None], what: str
) -> None:
    statement, told, again = DAMAGES[what]
    assert store.problems() == []
    damage(statement)
    (problem,) = store.problems()
    assert told in problem
    with store.writing():
        assert len(store.remove_damaged()) == again
    assert store.problems() == []
    assert store.count() == 3 - again
    assert len(store.failures()) == again
    assert store.spaces() == [BITS] if what == "a space" else [SPACE, BITS]
    lacking = {"a vector": SPACE, "bits": BITS, "features": LOCAL, "a frame": SPACE}
    if what in lacking:
        assert store.missing(lacking[what]).tolist() == [2 if what == "a frame" else 1]


def test_damage_that_is_met_is_told(store: PostgresStore, damage: Callable[[str], None]) -> None:
    damage(DAMAGES["a vector"][0] + ";" + DAMAGES["a content"][0])
    with pytest.raises(LibraryDamaged, match="vector of content 1 is damaged; run `lookalike repair`"):
        list(store.vectors(SPACE))
    with pytest.raises(LibraryDamaged, match="a row of the contents"):
        list(store.records())


def test_vectors_are_kept_in_types_that_others_can_ask(store: PostgresStore, postgres_server: Any) -> None:
    name = store._postgres.at.url.rpartition("/")[2]
    nearest = "SELECT content FROM lookalike.vectors_1 ORDER BY vector <=> '[0, 1, 0, 0]' LIMIT 1"
    assert postgres_server.ask(nearest, name) == [(2,)]
    closest = "SELECT content FROM lookalike.vectors_2 ORDER BY vector <~> b'0000001000000011' LIMIT 1"
    assert postgres_server.ask(closest, name) == [(2,)]


def test_a_server_without_room_is_told(store: PostgresStore, damage: Callable[[str], None]) -> None:
    name = store._postgres.at.url.rpartition("/")[2]
    damage(f"ALTER DATABASE {name} SET temp_file_limit = '64kB'; ALTER DATABASE {name} SET work_mem = '64kB'")
    with store.writing(), store.transaction():
        contents = [Content(f"{number:064x}", 1, (2, 2), "png") for number in range(3, 1000)]
        store.put_contents(contents)
        store.put_records([(f"/{'long' * 30}/{c.sha256}", Stamp(1, 1, 1, 1), c.sha256) for c in contents])
    fresh = PostgresStore.open(store._postgres.at, write=False)
    with pytest.raises(OutOfSpace, match=r"has no room: .*; what was committed is kept"):
        list(fresh.records())
    assert fresh.count() == 1000


def test_a_nul_in_a_text_is_replaced(store: PostgresStore) -> None:
    with store.writing(), store.transaction():
        store.facts.put({SHA256[0]: (Facts(caption="a\0b", keywords=("c\0", "d")), None)})
    record = next(store.records())
    assert (record.facts.caption, record.facts.keywords) == ("a\ufffdb", ("c\0", "d"))
    assert store.problems() == []
    assert store.ids("caption = a?b and keyword = c*").tolist() == [record.id]


WITHOUT = """
import sys
sys.modules["psycopg"] = None
import lookalike
try:
    len(lookalike.open("postgresql://me@host/db"))
except lookalike.MissingExtra as error:
    print(error)
"""


def test_without_the_driver_the_extra_is_named() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("pip install 'lookalike[postgres]'\n")
