from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lookalike import Library, Things
from lookalike.errors import BadQuery
from lookalike.search.classes import Classes
from lookalike.search.classification.evidence import Votes, features_of, usual_scores
from lookalike.search.classification.model import NONE, OTHER, RIGHT, fitted, questions
from lookalike.search.ranking.aggregate.best import BestView
from lookalike.store.memory import MemoryStore

COLOURS = {"red": (200, 30, 30), "green": (30, 180, 40), "blue": (40, 50, 210)}


def patches(colour: tuple[int, int, int], seed: int) -> Image.Image:
    """Coarse shades of a colour: each seed another picture."""
    shades = np.random.default_rng(seed).normal(0, 25, (6, 8, 1)) + np.array(colour)
    return Image.fromarray(np.clip(shades, 0, 255).astype(np.uint8)).resize((64, 48), Image.Resampling.BICUBIC)


@pytest.fixture
def classed(library: Library, tmp_path: Path) -> Library:
    """Twelve pictures of each of three colours, in a folder and with a label each, and as a fact `hue`."""
    photos = tmp_path / "photos"
    for number, (name, colour) in enumerate(COLOURS.items()):
        (photos / name).mkdir(parents=True)
        for seed in range(12):
            patches(colour, 100 * number + seed).save(photos / name / f"{seed}.png")
    library.index(photos, describers=["histogram"], local=False, planes=False)
    for name in COLOURS:
        library.labels.add(photos / name, name, f"hue={name}")
    return library


def test_a_picture_has_the_class_of_those_it_looks_like_or_none(classed: Library) -> None:
    red, grey = (np.asarray(patches(colour, 999)) for colour in (COLOURS["red"], (128, 128, 128)))
    first, second = classed.classify([red, grey])
    assert first.label == first.scores[0][0] == "red"
    assert first.probability is not None
    assert first.probability > 0.5 > first.none
    assert Path(first.best).parent.name == "red"
    assert [name for name, _ in first.scores[1:]] != []
    assert second.label is None
    assert second.none is not None
    assert second.none > 0.5


def test_what_is_needed_to_name_a_class_can_be_chosen(classed: Library) -> None:
    picture = np.asarray(patches((150, 90, 60), 5))
    assert [one.label for one in classed.classify(picture, least=0.0)] != [None]
    assert [one.label for one in classed.classify(picture, least=1.0)] == [None]
    with pytest.raises(BadQuery, match="probability is 0 to 1"):
        classed.classify(picture, least=1.5)


def test_classes_go_by_label_by_folder_by_fact_and_by_a_filter(classed: Library) -> None:
    blue = np.asarray(patches(COLOURS["blue"], 77))
    assert classed.classify(blue)[0].label == "blue"
    assert Path(classed.classify(blue, by="folder")[0].label or "").name == "blue"
    assert classed.classify(blue, by="Hue")[0].label == "blue"
    (only,) = classed.classify(blue, where="label != blue", least=0)
    assert only.label in ("red", "green")
    with pytest.raises(BadQuery, match="no picture of this library has a class by 'maker'"):
        classed.classify(blue, by="maker")


def test_of_too_few_pictures_no_probability_is_told(classed: Library) -> None:
    blue = np.asarray(patches(COLOURS["blue"], 77))
    (one,) = classed.classify(blue, where="name = 1*.png")  # 9 of the 36
    assert (one.label, one.probability, one.none) == ("blue", None, None)
    (one,) = classed.classify(blue, where="label = red")
    assert (one.label, one.probability) == ("red", None)


def test_many_pictures_are_as_one_by_one_and_none_is_no_error(classed: Library) -> None:
    pictures = [np.asarray(patches(colour, 50)) for colour in COLOURS.values()]
    together = classed.classify(pictures)
    alone = [one for picture in pictures for one in classed.classify(picture)]
    assert [one.label for one in together] == [one.label for one in alone] == list(COLOURS)
    assert np.allclose([one.probability for one in together], [one.probability for one in alone])
    assert classed.classify([]) == []


SCORES = np.array([[0.9, 0.2, -1], [0.3, 0.8, 0.7]], np.float32)


def test_each_labelled_picture_is_asked_about_with_and_without_its_class() -> None:
    is_of = np.array([[True, False, False], [True, False, False]])
    features, outcomes = questions(SCORES, is_of, np.array([0.5, 0.6, 0.7]))
    assert outcomes.tolist() == [RIGHT, OTHER, NONE, NONE]
    assert np.allclose(features, [[0.9, 0.7, 0.4], [0.8, 0.1, 0.2], [0.2, 0.2, -0.4], [0.8, 0.1, 0.2]])


def test_what_is_usual_of_a_class_is_the_lower_quartile_drawn_towards_that_of_all() -> None:
    scores = np.array([[0.8, 0.1, -1], [0.6, 0.1, -1], [0.3, 0.4, -1], [0.5, 0.1, -1]], np.float32)
    is_of = np.array([[True, False, False], [True, False, False], [False, True, False], [False, False, True]])
    of_all = float(np.quantile([0.8, 0.6, 0.4], 0.25))  # the last is alone in its class
    expected = [(2 * 0.65 + 2 * of_all) / 4, (0.4 + 2 * of_all) / 3, of_all]
    assert np.allclose(usual_scores(scores, is_of), expected)
    assert usual_scores(scores[3:], is_of[3:]).tolist() == [0.0, 0.0, 0.0]


def test_a_picture_that_is_alone_in_its_class_is_of_none_without_itself() -> None:
    _, outcomes = questions(SCORES[:1], np.array([[False, False, True]]), np.zeros(3))
    assert outcomes.tolist() == [NONE, NONE]


def test_a_class_that_is_alone_is_above_nothing() -> None:
    assert np.allclose(features_of(np.array([[0.4]], np.float32), np.array([0.1])), [[0.4, 0.4, 0.3]])


def test_class_scores_are_of_the_members_that_count() -> None:
    classes = Classes(np.arange(3), ["a", "b"], [np.array([0, 2]), np.array([1])])
    similarities = np.array([[0.1, np.nan, 0.5], [0.2, 0.3, np.nan]], np.float32)
    assert np.allclose(Votes(MemoryStore(), [], BestView()).scores(similarities, classes), [[0.5, -1], [0.2, 0.3]])


def test_what_is_learned_says_probabilities_that_come_true() -> None:
    rng = np.random.default_rng(0)
    margin = rng.random(4000)
    outcomes = np.where(rng.random(4000) < margin, RIGHT, np.where(rng.random(4000) < 0.5, OTHER, NONE))
    features = np.stack([rng.random(4000), margin], axis=1)
    told = fitted(features, outcomes).predict_proba(features)[:, RIGHT]
    for low in (0.2, 0.4, 0.6):
        among = (told > low) & (told < low + 0.2)
        assert (outcomes[among] == RIGHT).mean() == pytest.approx(told[among].mean(), abs=0.05)


def test_a_folder_is_a_class_or_one_right_below_another_with_all_in_it(library: Library, tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    for seed, name in enumerate(("mug/front/a.png", "mug/back/b.png", "bowl/c.png", "d.png")):
        (shop / name).parent.mkdir(parents=True, exist_ok=True)
        patches(COLOURS["red"], seed).save(shop / name)
    library.index(shop, describers=["histogram"], local=False, planes=False)
    assert Classes.of(library.store, "folder").names == [
        str(shop / name).removesuffix("/") for name in ("", "bowl", "mug/back", "mug/front")
    ]
    below = Classes.of(library.store, f"folder:{shop}")
    assert (below.names, list(map(len, below.members))) == ([str(shop / "bowl"), str(shop / "mug")], [1, 2])
    first = library.search(shop / "mug/back/b.png", things=Things(f"folder:{shop}", least=None))
    assert ((first.things or ())[0].by, (first.things or ())[0].name) == ("folder", str(shop / "mug"))
    assert library.objects.gather(f"folder:{shop}/").objects == 2
    assert library.objects.counts() == {"bowl": 1, "mug": 2}
    with pytest.raises(BadQuery, match="no picture of this library lies in a folder below '/nowhere'"):
        library.classify(shop / "d.png", by="folder:/nowhere")
