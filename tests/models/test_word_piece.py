"""Text into pieces, as the tokenizers package reads it with the same vocabulary."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.models.word_piece import uncased, words

ODD = (
    "",
    "   ",
    "Red apples in a box.",
    "naïve café — 100% $5+3 `a` ^b",
    "日本語 の text",
    "mañana\u200bzero\u00adwidth",
    f"{'x' * 101} ok",
    "x" * 100,
    "Ünïcödé ﬁ ligature ½ ² …",
    "a\tb\nc\u2028d",
    "😀 smile",
    "don't",
    "\u0130stanbul",
    "ΑΒΓς Σίσυφος",
    "tok\x00e\ufffdn",
    "हिन्दी e\u0301",
    " ".join(["word"] * 400),
    "unbelievably antidisestablishmentarianism qwxzj",
)


@pytest.fixture(scope="module")
def peer() -> Any:
    implementations = pytest.importorskip("tokenizers.implementations")
    found = implementations.BertWordPieceTokenizer(vocab=dict(uncased().vocabulary), lowercase=True)
    found.enable_truncation(256)
    return found


@pytest.mark.parametrize("text", ODD)
def test_odd_texts_have_the_pieces_that_tokenizers_finds(text: str, peer: Any) -> None:
    assert uncased().ids(text, 256) == peer.encode(text).ids


def is_of_old(char: str) -> bool:
    """Whether every version of Unicode since 3.2 agrees on what kind of character it is, and so do both tables."""
    return unicodedata.ucd_3_2_0.category(char) == unicodedata.category(char)


CHARACTERS = st.characters(exclude_categories=("Cs", "Cn", "Co"), exclude_characters="[").filter(is_of_old)


@given(st.text(CHARACTERS, max_size=40))
def test_any_text_has_these_pieces(peer: Any, text: str) -> None:
    assert uncased().ids(text, 256) == peer.encode(text).ids


def test_a_sentence_has_the_numbers_that_bert_gives_it() -> None:
    assert uncased().ids("Red apples in a box", 256) == [101, 2417, 18108, 1999, 1037, 3482, 102]
    assert len(uncased().vocabulary) == 30522


def test_marks_that_a_text_holds_are_words_and_no_marks() -> None:
    first, *inner, last = uncased().ids("[CLS] [SEP]", 256)
    assert first not in inner
    assert last not in inner


def test_a_text_is_cut_at_the_length_and_ends_as_every_text_does() -> None:
    whole = uncased().ids("one two three four", 256)
    assert uncased().ids("one two three four", 4) == [*whole[:3], whole[-1]]


def test_words_are_small_and_punctuation_is_apart() -> None:
    assert words("Don't  PANIC: é!") == ["don", "'", "t", "panic", ":", "e", "!"]
