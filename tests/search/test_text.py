"""Questions in words: alone, with pictures, against something; through the library and the pages."""

from __future__ import annotations

from pathlib import Path

import pytest

from lookalike import Library
from lookalike.errors import BadQuery, WeightsError
from lookalike.search.query.query import Query, sorted_by_kind

CAT, COFFEE, ROCKET = "chelsea.png", "coffee.png", "rocket.jpg"


@pytest.fixture
def worded(library: Library, photo_files: list[Path], reads_english: None) -> Library:
    """Photos of scikit-image, by words and by content."""
    library.index(photo_files, describers=["class_words", "convnet"], local=False, planes=False)
    return library


def named(results) -> list[str]:
    return [Path(one.record.path).name for one in results]


def test_words_find_their_photo_and_the_answer_says_which_of_them(worded: Library) -> None:
    results = worded.search("text:a cup of coffee on a saucer", k=3)
    assert named(results)[0] == COFFEE
    assert results[0].why.startswith("seen as ")
    assert "espresso" in results[0].why
    assert "agrees with coffee (" in results[0].why
    assert [one.probability for one in results] == [None] * 3
    assert [one.relation for one in results] == ["similar"] * 3
    assert results.labels == ("text:a cup of coffee on a saucer",)
    assert results.weights == {"class_words": 1.0}


def test_words_given_as_a_field_ask_the_same(worded: Library) -> None:
    asked = worded.search("text: a rocket ")
    same = worded.answer(Query(texts=("a rocket",)))
    assert [(one.path, one.score) for one in asked] == [(one.path, one.score) for one in same]
    assert named(asked)[0] == ROCKET


def test_a_picture_and_words_count_alike(worded: Library, photo_files: list[Path]) -> None:
    cat = next(file for file in photo_files if file.name == CAT)
    results = worded.search(cat, "text:a cup of coffee")
    assert named(results)[:2] == [CAT, COFFEE]
    assert results[0].why.startswith("the same bytes; seen as ")


def test_what_words_say_is_taken_away_after_a_minus(worded: Library) -> None:
    plain = worded.search("text:a cup of coffee")
    without = worded.search("text:a cup of coffee", minus="text:espresso")
    of = dict(zip(named(plain), (one.score for one in plain), strict=True))
    assert next(one.score for one in without if Path(one.path).name == COFFEE) < of[COFFEE]


def test_the_page_shows_the_words_and_promises_no_certainty(worded: Library) -> None:
    page = worded.search("text:a <b>cat</b>", k=1).to_html()
    assert "text:a &lt;b&gt;cat" in page
    assert "never how sure it is" in page
    assert "1 for the same picture" not in page


def test_a_library_that_reads_no_words_says_what_to_run(filled: Library) -> None:
    with pytest.raises(BadQuery, match="index PATH --describer class_words"):
        filled.search("text:a cat")


def test_weights_that_are_not_here_are_named_with_what_gets_them(
    library: Library, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lookalike.models import minilm

    library.index(folder, describers=["class_words"], local=False, planes=False)
    monkeypatch.setattr("lookalike.models.cache._installed", lambda source: None)
    monkeypatch.setenv("LOOKALIKE_CACHE", str(tmp_path / "none"))
    minilm._session.cache_clear()
    with pytest.raises(WeightsError, match="lookalike models get minilm"):
        library.search("text:a cat")


def test_another_script_is_refused_before_anything_is_asked(worded: Library) -> None:
    with pytest.raises(BadQuery, match="reads English alone"):
        worded.search("text:собака")


@pytest.mark.parametrize("text", ["text:", "text:  ", "text:...", "text:" + "word " * 10_000])
def test_a_text_without_words_or_of_far_too_many_is_refused(text: str, filled: Library) -> None:
    with pytest.raises(BadQuery, match="a text to search for"):
        filled.search(text)


def test_a_crop_goes_with_no_text(filled: Library, folder: Path) -> None:
    with pytest.raises(BadQuery, match="a text has no parts"):
        filled.search(folder / "1.png", "text:a cat", crop=(0, 0, 9, 9))


def test_sources_are_told_apart_by_their_prefix() -> None:
    assert sorted_by_kind(["a.png", "text: red ", ["colour:teal", b"text:x"], "Text:b"]) == (
        ("a.png", b"text:x", "Text:b"),
        ("red",),
        ("colour:teal",),
    )
