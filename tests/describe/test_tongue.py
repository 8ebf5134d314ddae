"""Which language a text is in, by its small words."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from lookalike.describe.tongue import check_tongue
from lookalike.errors import BadQuery


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("ein Hund im Schnee mit einem Ball", "German"),
        ("une pomme verte dans une boîte", "French"),
        ("un perro en la casa", "Spanish"),
        ("un cane nella neve", "Italian"),
        ("een hond in de sneeuw", "Dutch"),
        ("um cão na neve com uma bola", "Portuguese"),
    ],
)
def test_another_language_is_named(text: str, language: str) -> None:
    with pytest.raises(BadQuery, match=f"seems to be {language}"):
        check_tongue(text, "class_words")


@pytest.mark.parametrize(
    "text", ["a dog in the snow", "la la land", "Rio de Janeiro", "El Capitan at dusk", "apples", ""]
)
def test_english_and_names_pass(text: str) -> None:
    check_tongue(text, "class_words")


def test_no_english_caption_is_refused(shared_data: Path) -> None:
    captions = shared_data / "flickr8k" / "captions.csv"
    if not captions.is_file():
        pytest.skip("the captions are not here")
    with captions.open(encoding="utf-8", newline="") as lines:
        for row in csv.reader(lines):
            check_tongue(row[-1], "class_words")
