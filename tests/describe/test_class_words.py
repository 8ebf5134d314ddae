"""Pictures by the words for what a network takes them for, and sentences in the same space."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lookalike.describe.class_words import ClassWords
from lookalike.describe.convnet import ConvNet
from lookalike.errors import BadQuery
from lookalike.models.class_words import class_words
from lookalike.models.onnx_session import efficientnet_lite_session
from lookalike.pixels.resize import resize
from lookalike.types import Picture

CHELSEA, COFFEE, ROCKET = 3, 4, 6
"""Among the photos: a tabby cat, an espresso, a rocket."""


def fresh(picture: Picture) -> Picture:
    return Picture(picture.pixels, picture.size)


@pytest.mark.parametrize("temperature", [1.0, 2.5])
def test_a_row_is_the_mean_of_class_words_by_their_probability(temperature: float, photos: list[Picture]) -> None:
    words = class_words()
    for photo, row in zip(photos, ClassWords(temperature=temperature).describe(photos), strict=True):
        pixels = resize(photo.pixels, (224, 224))[None]
        logits = efficientnet_lite_session(1).run(["logits"], {"pixels": pixels})[0][0].astype(float)
        powers = [math.exp((logit - max(logits)) / temperature) for logit in logits]
        expected = sum(power / sum(powers) * word for power, word in zip(powers, words.rows.astype(float), strict=True))
        np.testing.assert_allclose(row, expected / np.linalg.norm(expected), atol=1e-5)


def test_names_stand_in_the_order_of_the_classes(photos: list[Picture]) -> None:
    describer = ClassWords()
    named = [describer.nearest(row) for row in describer.describe([photos[at] for at in (CHELSEA, COFFEE, ROCKET)])]
    assert "tabby cat" in named[0]
    assert "espresso" in named[1]
    assert "missile" in named[2] or "projectile" in named[2]
    names = class_words().names
    assert (len(names), names[0], names[281], names[999]) == (1000, "tench", "tabby cat", "toilet paper")


def test_class_words_are_centred_unit_rows_in_which_kin_are_near() -> None:
    words = class_words()
    np.testing.assert_allclose(np.linalg.norm(words.rows, axis=1), 1, atol=1e-3)
    assert np.linalg.norm(words.rows.mean(axis=0)) < 0.1
    cosine = words.rows @ words.rows.T
    tabby, tiger_cat, tench = 281, 282, 0
    assert cosine[tabby, tiger_cat] > 0.5 > cosine[tabby, tench]


def test_one_pass_of_the_network_serves_both_of_its_describers(photos: list[Picture]) -> None:
    alone = ConvNet().describe([fresh(photos[0])]), ClassWords().describe([fresh(photos[0])])
    shared = fresh(photos[0])
    first = ClassWords().describe([shared])
    seen = [name for name in shared._planes if "network pass" in str(name)]
    second = ConvNet().describe([shared])
    assert [name for name in shared._planes if "network pass" in str(name)] == seen
    assert len(seen) == 1
    np.testing.assert_allclose(second, alone[0], atol=1e-6)
    np.testing.assert_allclose(first, alone[1], atol=1e-6)


def test_networks_of_other_sides_do_not_share_a_pass(photos: list[Picture]) -> None:
    shared = fresh(photos[0])
    ClassWords().describe([shared])
    np.testing.assert_allclose(
        ConvNet(side=192).describe([shared]), ConvNet(side=192).describe([fresh(photos[0])]), atol=1e-6
    )


def test_a_batch_of_more_pictures_than_fit_is_the_same(photos: list[Picture]) -> None:
    many = [*photos, photos[0], *photos]
    rows = ClassWords(batch=2).describe([fresh(photo) for photo in many])
    np.testing.assert_allclose(rows, ClassWords(batch=16).describe(many), atol=1e-6)
    np.testing.assert_allclose(rows[0], rows[len(photos)], atol=1e-6)


@pytest.mark.usefixtures("reads_english")
def test_words_for_a_photo_are_nearer_to_it_than_to_others(photos: list[Picture]) -> None:
    describer = ClassWords()
    rows = describer.describe([photos[at] for at in (CHELSEA, COFFEE, ROCKET)])
    asked = describer.describe_text(["a cat looks into the camera", "a cup of coffee", "the launch of a rocket"])
    assert (asked @ rows.T).argmax(axis=1).tolist() == [0, 1, 2]
    np.testing.assert_allclose(np.linalg.norm(asked, axis=1), 1, atol=1e-6)


@pytest.mark.usefixtures("reads_english")
def test_an_answer_says_what_it_is_seen_as_and_which_words_it_agrees_with(photos: list[Picture]) -> None:
    describer = ClassWords()
    rows = describer.describe([photos[CHELSEA], photos[ROCKET]])
    cat, rocket = describer.explain_text("the cat and a teapot", rows)
    assert "tabby cat" in cat.partition(";")[0]
    assert "agrees with cat (" in cat
    assert "teapot" not in cat
    assert rocket.endswith("no word of the question stands out")


@pytest.mark.parametrize(
    ("text", "script"), [("собака на траве", "Cyrillic"), ("犬が走る", "Cjk"), ("κόκκινο μήλο", "Greek")]
)
def test_another_script_than_latin_is_refused_and_named(text: str, script: str) -> None:
    with pytest.raises(BadQuery, match=f"reads English alone.*mostly {script}"):
        ClassWords().describe_text([text])


@pytest.mark.usefixtures("reads_english")
@pytest.mark.parametrize("text", ["Ώ red dog", "crème brûlée", "5", "a dog, 犬"])
def test_a_word_of_another_script_among_english_ones_is_none_of_that(text: str) -> None:
    assert ClassWords().describe_text([text]).shape == (1, 384)


def test_settings_that_make_no_sense_are_refused() -> None:
    for settings in ({"temperature": 0.0}, {"batch": 0}, {"threads": 0}):
        with pytest.raises(ValueError, match="temperature is"):
            ClassWords(**settings)
