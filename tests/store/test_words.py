from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.facts import Facts, Label
from lookalike.protocols import Store
from lookalike.store import word_table
from lookalike.store.plain_words import PlainWords
from lookalike.store.sqlite import SQLiteStore
from lookalike.store.words import document, phrase, tokens, word
from lookalike.types import Content, Record, Space, Stamp

STAMP = Stamp(1, 1, 1, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("invoice_2021-05", ["invoice", "2021", "05"]),
        ("IMG_1234", ["img", "1234"]),
        ("redApple", ["red", "apple", "redapple"]),
        ("XMLFile", ["xml", "file", "xmlfile"]),
        ("X100V", ["x", "100", "v", "x100v"]),
        ("iPhone12", ["i", "phone", "12", "iphone", "iphone12"]),
        ("Grüße École", ["grusse", "ecole"]),
        ("naïve façade", ["naive", "facade"]),
        ("don’t", ["dont"]),
        ("領収書2021", ["領", "収", "書", "2021"]),
        ("Ελλάδα МОСКВА", ["ελλαδα", "москва"]),
        ("हिन्दी", ["हिन्दी"]),
        ("ﬁle", ["file"]),
        (" - _ . ", []),
        ("\udcff", []),
    ],
)
def test_names_fall_apart_into_words(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("iphone", "iPhone12"),
        ("iPhone", "my iPhone"),
        ("x100v", "FUJIFILM X100V"),
        ("invoice", "Invoice2021"),
        ("2021", "Invoice2021"),
        ("red_apple", "red-apple"),
        ("収書", "領収書2021"),
        ("MÜLLER", "Müller"),
    ],
)
def test_a_word_is_found_however_a_name_writes_it(asked: str, named: str) -> None:
    record = Record(f"/{named}.jpg", STAMP, Content("00", 1, (1, 1), "jpeg"), 1)
    assert len(PlainWords(lambda: [record]).holding(word(asked))) == 1


def test_words_side_by_side_are_asked_for_in_their_finest_parts() -> None:
    assert phrase("redApple pie") == ["red", "apple", "pie"]


@given(st.text(max_size=30))
def test_every_word_of_a_text_is_found_in_it(text: str) -> None:
    found = tokens(text)
    assert all(token and token == "".join(token.split()) for token in found)
    for part in text.split():
        asked = word(part)
        windows = [found[at : at + len(asked)] for at in range(len(found))]
        assert len(asked) != 1 or asked in windows


def test_the_words_of_a_content_are_those_of_all_its_files_by_field() -> None:
    facts = Facts("2021-05-17T10:00:00", "X100V", None, 1, "Title", "Caption", ("key word",), 3)
    content = Content("00", 1, (1, 1), "jpeg")
    labels = (Label.of("apple"), Label.of("price=3.50"))
    records = [Record(f"/b{n}/a{n}.jpg", STAMP, content, 1, labels, facts) for n in (1, 2)]
    said = document(records)
    assert said["name"] == ["a", "1", "a1", "a", "2", "a2"]
    assert sorted(said["folders"]) == ["1", "2", "b", "b", "b1", "b2"]
    assert said["labels"] == ["apple", "price", "3", "50"]
    assert said["caption"] == ["title", "caption", "key", "word"]
    assert said["camera"] == ["x", "100", "v", "x100v", "2021", "may"]


def library(folder: Path, names: list[str]) -> SQLiteStore:
    store = SQLiteStore.create(folder)
    put(store, names)
    return store


def put(store: Store, names: list[str]) -> None:
    contents = [Content(f"{number:064x}", 1, (2, 2), "png") for number in range(len(names))]
    with store.writing(), store.transaction():
        store.put_contents(contents)
        store.put_records([(name, STAMP, content.sha256) for name, content in zip(names, contents, strict=True)])


WORDS = ["apple", "Apple", "appleTree", "box", "box2", "2021", "a", "Müller", "x100"]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_full_text_search_ranks_as_the_formula_does(new_store: Callable[[str], Store], kind: str) -> None:
    rng = np.random.default_rng(3)
    names = [f"/{'/'.join(rng.choice(WORDS, rng.integers(1, 9)))}/{number}_x.png" for number in range(60)]
    store = new_store(kind)
    put(store, names)
    with store.writing(), store.transaction():
        store.labels.add([(f"{number:064x}", Label.of("apple box")) for number in range(0, 60, 7)])
    plain = PlainWords(store.records)
    for asked, prefix in (
        (["apple"], False),
        (["box"], False),
        (["apple", "box"], False),
        (["b"], True),
        (["x", "1"], True),
    ):
        found, expected = store.words.holding(asked, prefix=prefix), plain.holding(asked, prefix=prefix)
        assert len(found) > 0
        assert np.array_equal(found.ids, expected.ids)
        assert np.allclose(found.scores, expected.scores, rtol=1e-5)
    assert len(store.words.holding(["nothing"])) == len(plain.holding(["nothing"])) == 0


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_no_word_of_a_name_is_taken_for_a_command(new_store: Callable[[str], Store], kind: str) -> None:
    store = new_store(kind)
    put(store, ["/or/and.png", '/x/NEAR "quoted" name:a*.png'])
    for asked in ("or", "and", "near", "not"):
        store.words.holding([asked])
    assert len(store.words.holding(["or"])) == 1
    assert len(store.words.holding(["quoted", "name"])) == 1


def test_no_letter_of_a_token_is_taken_for_a_command_of_the_server(new_store: Callable[[str], Store]) -> None:
    store = new_store("postgres")
    put(store, ["/or/and.png"])
    for odd in ("'", "\\", ":", "a'b", "' | 'or", "!", "&"):
        assert len(store.words.holding([odd])) == 0


def test_without_full_text_search_words_are_found_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_table, "_has_fts5", lambda _: False)
    store = library(tmp_path / "library", ["/apple.png", "/box.png"])
    assert len(store.words.holding(["apple"])) == 1
    monkeypatch.undo()
    assert len(store.words.holding(["apple"])) == 1  # behind, hence looked through
    with store.writing(), store.transaction():
        store.drop_records(["/box.png"])
    assert len(store.words.holding(["apple"])) == 1
    assert tables(tmp_path / "library") >= {"words"}
    store.close()


def test_a_table_of_words_that_is_gone_is_made_anew_by_a_repair(tmp_path: Path) -> None:
    store = library(tmp_path / "library", ["/apple.png", "/box.png"])
    store.close()
    with sqlite3.connect(tmp_path / "library" / "library.sqlite") as connection:
        connection.execute("DELETE FROM words WHERE rowid = 1")
        connection.execute("UPDATE contents SET checksum = 0 WHERE id = 2")
    connection.close()
    store = SQLiteStore.open(tmp_path / "library")
    assert len(store.words.holding(["apple"])) == 0
    with store.writing():
        store.remove_damaged()
    assert len(store.words.holding(["apple"])) == 1
    assert len(store.words.holding(["box"])) == 0
    store.close()


def test_a_damaged_table_costs_time_and_no_answer_and_is_mended_by_a_repair(tmp_path: Path) -> None:
    store = library(tmp_path / "library", [f"/apple{number}.png" for number in range(200)])
    store.close()
    with sqlite3.connect(tmp_path / "library" / "library.sqlite") as connection:
        connection.execute("UPDATE words_data SET block = x'00ff' WHERE id > 10")
    connection.close()
    store = SQLiteStore.open(tmp_path / "library")
    assert len(store.words.holding(["apple"])) == 200
    before = store.generation(Space("a", "b", 1, "l2"))
    with store.writing():
        assert store.remove_damaged() == []
        changed = store.generation(Space("a", "b", 1, "l2"))
        assert store.remove_damaged() == []
    assert changed > before
    assert store.generation(Space("a", "b", 1, "l2")) == changed
    assert len(store._words._found('"apple"')) == 200
    store.close()


def tables(folder: Path) -> set[str]:
    connection = sqlite3.connect(folder / "library.sqlite")
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    connection.close()
    return names
