"""Words of a question are read in one way, or refused with both."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.errors import BadQuery
from lookalike.search.query.grammar import Word, apart, read, signed, weighed, written
from lookalike.search.query.query import Query
from lookalike.search.query.weighted import Weighted

KINDS = ("", "./", "/shop/", "text:", "colour:", "words:", "http://example.org/")


def nothing(name: str) -> bool:
    return False


WEIGHTS = st.floats(min_value=1e-3, max_value=1e5).map(lambda value: float(f"{value:.6g}"))
WORDS = (
    st.tuples(st.sampled_from(KINDS), st.text(min_size=1, max_size=12)).map("".join).filter(lambda word: word != "-")
)
PARTS = st.builds(
    lambda source, weight: Word(source) if weight is None else Word(source, weight, is_weighted=True),
    WORDS,
    st.none() | WEIGHTS,
)


def plain(parts: list[Word]) -> list[Word]:
    """As they are read: a file whose name begins like a weight is written with ./ before it."""
    return [
        Word(f"./{part.source}") if not part.is_weighted and re.match(r"[^/]*:", part.source) and looks(part) else part
        for part in parts
    ]


def looks(part: Word) -> bool:
    try:
        return read(part.source, nothing) != part
    except BadQuery:
        return True


@settings(deadline=None)
@given(st.lists(PARTS, min_size=1, max_size=5), st.lists(PARTS, max_size=3))
def test_what_is_written_is_read(plus: list[Word], minus: list[Word]) -> None:
    words, away = signed(written(plus, minus))
    assert [read(word, nothing) for word in words] == plain(plus)
    assert [read(word, nothing) for word in away] == plain(minus)


@settings(deadline=None)
@given(st.text(min_size=1, max_size=20))
def test_any_word_is_read_as_a_file_as_it_stands_or_refused(word: str) -> None:
    try:
        found = read(word, nothing)
    except BadQuery:
        return
    assert word.endswith(found.source)
    assert math.isfinite(found.weight)
    assert found.weight > 0
    assert found.is_weighted or found.source == word


@settings(deadline=None)
@given(st.sampled_from(("", "2:", ".5:", "text:", "1e3:text:")), st.text(min_size=1, max_size=20), st.booleans())
def test_no_file_that_is_there_is_passed_over_in_silence(prefix: str, rest: str, there: bool) -> None:
    word = prefix + rest
    files = {word, rest} if there else {word}
    try:
        found = read(word, files.__contains__)
    except BadQuery as error:
        assert "may be the file of that name" in str(error)  # noqa: PT017  many words are read
    else:
        assert found.source == word or found.source.startswith(("./", "../", "/"))


@pytest.mark.parametrize(
    ("word", "files", "told"),
    [
        ("2:a.jpg", {"2:a.jpg", "a.jpg"}, "write './2:a.jpg' for the file, or '2:./a.jpg' for the weight"),
        ("2:text:red", {"2:text:red"}, "add a space behind the last colon"),
        ("text:red", {"text:red"}, "as text: write './text:red' for the file"),
        ("2:-", {"2:-"}, "ask from a folder that has no such file"),
    ],
)
def test_a_word_of_two_readings_is_refused_with_both(word: str, files: set[str], told: str) -> None:
    with pytest.raises(BadQuery, match=re.escape(told)):
        read(word, files.__contains__)
    assert read(word, nothing).source != word or word.startswith("text:")


def test_a_word_with_one_reading_is_taken() -> None:
    assert read("2:a.jpg", {"2:a.jpg"}.__contains__) == Word("2:a.jpg")
    assert read("2:./a.jpg", {"2:./a.jpg", "./a.jpg"}.__contains__) == Word("./a.jpg", 2.0, is_weighted=True)
    assert read("./2:a.jpg", {"./2:a.jpg", "a.jpg"}.__contains__) == Word("./2:a.jpg")
    assert read(".5:text: red apples", nothing) == Word("text: red apples", 0.5, is_weighted=True)


@pytest.mark.parametrize("word", ["0:a.jpg", "nan:a.jpg", "inf:a.jpg", "-1:a.jpg", "-inf:text:a b", "1e999:a.jpg"])
def test_a_weight_that_counts_nothing_is_refused(word: str) -> None:
    with pytest.raises(BadQuery, match="a weight is a number above 0"):
        read(word, nothing)


@pytest.mark.parametrize("weight", [0, 0.0, math.nan, math.inf, 1e9, "2", None])
def test_so_it_is_in_python(weight: object) -> None:
    with pytest.raises(BadQuery, match="must be a number other than 0"):
        Weighted("a.jpg", weight)  # type: ignore[arg-type]


def test_a_question_that_is_all_minus_is_refused() -> None:
    with pytest.raises(BadQuery, match="every part of the question is a minus"):
        Query(parts=(Weighted("a.jpg", -1), Weighted("text:red", -2)))
    assert Query(parts=(Weighted("a.jpg", -1), Weighted("text:red"))).is_minus


@pytest.mark.parametrize("text", ["a", " x ", "7", "", "?!", "word " * 10_000])
def test_a_text_that_says_nothing_or_too_much_is_refused(text: str) -> None:
    for query in ({"texts": (text,)}, {"parts": (Weighted(f"text:{text}", 2),)}):
        with pytest.raises(BadQuery, match="a text to search for"):
            Query(**query)  # type: ignore[arg-type]
    assert Query(texts=("犬",)).texts  # a word in one letter


def test_a_language_is_a_code() -> None:
    with pytest.raises(BadQuery, match="named by its code"):
        Query(texts=("red apples",), lang="English!")
    assert Query(texts=("red apples",), lang="en-GB").lang == "en-GB"


def test_a_minus_is_the_sign_of_its_weight() -> None:
    plain, unlike, parts = apart(weighed(["a.jpg", Weighted(b"b", 2)]), weighed([Weighted("c.jpg", 3), "d.jpg"]))
    assert (plain, unlike) == (["a.jpg"], ["d.jpg"])
    assert [(part.source, part.weight) for part in parts] == [(b"b", 2), ("c.jpg", -3)]
    assert [part.written for part in parts] == ["2:bytes", "- 3:c.jpg"]


def test_words_are_not_taken_away() -> None:
    with pytest.raises(BadQuery, match="words are not taken away"):
        Weighted("words:invoice", -1)
