from __future__ import annotations

from pathlib import Path

import pytest

from lookalike import Library
from lookalike.errors import BadQuery
from lookalike.search.query.words import Term, terms_of
from lookalike.search.results import Results

BY = ["phash", "palette"]


@pytest.fixture
def named(library: Library, folder: Path) -> Library:
    """The five pictures, under names that say something."""
    (folder / "Invoices_2021").mkdir()
    for old, new in (
        ("0.png", "Invoices_2021/acme.png"),
        ("1.png", "Invoices_2021/invoice-2021.png"),
        ("2.png", "redApples.png"),
        ("3.png", "box.png"),
    ):
        (folder / old).rename(folder / new)
    library.index(folder, describers=BY)
    library.labels.add(folder / "box.png", "invoice box")
    return library


def names(results: Results) -> list[str]:
    return [Path(answer.path).name for answer in results]


def test_words_find_pictures_by_name_folder_and_label(named: Library) -> None:
    results = named.search("words:invoice 2021")
    assert names(results)[0] == "invoice-2021.png"
    assert set(names(results)) == {"invoice-2021.png", "box.png", "acme.png"}
    assert [answer.relation for answer in results] == ["similar"] * 3
    assert all(0 < answer.score < 1 and answer.probability is None for answer in results)
    assert results[0].why == "its name, folder, label or caption says invoice and 2021"
    why = {Path(answer.path).name: answer.why for answer in results}
    assert why["box.png"] == "its name, folder, label or caption says invoice, not 2021"
    assert results.weights == {"words": 1.0}
    assert results.labels == ("words:invoice 2021",)


def test_a_word_that_nothing_says_finds_nothing(named: Library) -> None:
    results = named.search("words:zebra")
    assert (len(results), results.searched) == (0, 5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("words:inv*", {"acme.png", "invoice-2021.png", "box.png"}),
        ('words:"invoice 2021"', {"invoice-2021.png"}),
        ("words:apples", {"redApples.png"}),
        ("words:REDAPPLES", {"redApples.png"}),
        ("words:apple", set()),
    ],
)
def test_words_may_go_on_or_stand_side_by_side(named: Library, text: str, expected: set[str]) -> None:
    assert set(names(named.search(text))) == expected


def test_words_beside_a_picture_lift_what_says_them(named: Library, folder: Path) -> None:
    alone = named.search(folder / "4.png")
    both = named.search(folder / "4.png", "words:apples")
    assert len(both) == len(alone) == 5
    assert names(alone)[0] == names(both)[0] == "4.png"
    assert names(both)[1] == "redApples.png"
    assert both[1].why.startswith("its name, folder, label or caption says apples")
    assert both.weights["words"] == 1.0
    assert both[1].channels["words"] > 0 == both[2].channels["words"]


def test_words_go_with_a_filter_with_colours_and_with_themselves(named: Library) -> None:
    assert names(named.search("words:invoice", where="label = *box")) == ["box.png"]
    assert names(named.search("words:invoice", where="name = 4.png")) == []
    assert "redApples.png" in names(named.search("words:apples", "colour:red"))
    assert set(names(named.search("words:box", "words:apples"))) == {"box.png", "redApples.png"}


def test_words_fold_and_are_cut(named: Library) -> None:
    assert len(named.search("words:inv*", k=1)) == 1
    folded = named.search("words:inv*", collapse=True)
    assert len(folded) + sum(len(answer.also) for answer in folded) == 3


def test_words_alone_need_no_vectors_to_compare(library: Library, folder: Path) -> None:
    library.index(folder, describers=["phash"])
    assert names(library.search("words:3", by=["phash"])) == ["3.png"]


@pytest.mark.parametrize("text", ["words:", "words: !?", 'words:""', "words:" + " ".join(map(str, range(10_000)))])
def test_a_question_without_a_word_or_with_ten_thousand_is_refused(named: Library, text: str) -> None:
    with pytest.raises(BadQuery, match="words are asked for as"):
        named.search(text)


def test_words_are_not_calibrated_and_not_taken_away(named: Library, folder: Path) -> None:
    with pytest.raises(BadQuery, match="words rank"):
        named.search("words:box", precision=0.9)
    with pytest.raises(BadQuery, match="not taken away"):
        named.search(folder / "4.png", minus="words:box")


def test_the_terms_of_a_question() -> None:
    assert terms_of('words:Red "big box" inv* well-known red') == [
        Term("Red", ("red",)),
        Term('"big box"', ("big", "box")),
        Term("inv*", ("inv",), prefix=True),
        Term("well-known", ("well", "known")),
        Term("red", ("red",)),
    ]
