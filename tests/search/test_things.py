"""Answers by thing: one line an object, a label or a folder, voted by its views."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lookalike import Library, Things
from lookalike.errors import BadQuery, BadSetting, UnknownName
from lookalike.search.classes import Classes
from lookalike.search.classification.gather import Gatherer, Proof
from lookalike.search.classification.judges import Judges
from lookalike.search.query.things import Verdict
from lookalike.search.ranking.aggregate import AGGREGATORS
from lookalike.search.ranking.channels import channels_of
from lookalike.search.ranking.engine import Ranking

COLOURS = {"red": (200, 30, 30), "green": (30, 180, 40), "blue": (40, 50, 210)}


def patches(colour: tuple[int, int, int], seed: int) -> Image.Image:
    """Coarse shades of a colour: each seed another picture."""
    shades = np.random.default_rng(seed).normal(0, 25, (6, 8, 1)) + np.array(colour)
    return Image.fromarray(np.clip(shades, 0, 255).astype(np.uint8)).resize((64, 48), Image.Resampling.BICUBIC)


@pytest.fixture
def shop(library: Library, tmp_path: Path) -> Library:
    """Twelve views of a red, a green and a blue thing, and a grey picture of nothing."""
    photos = tmp_path / "photos"
    for number, (name, colour) in enumerate(COLOURS.items()):
        (photos / name).mkdir(parents=True)
        for seed in range(12):
            patches(colour, 100 * number + seed).save(photos / name / f"{seed}.png")
    patches((128, 128, 128), 7).save(photos / "grey.png")
    library.index(photos, describers=["histogram"], local=False, planes=False)
    for name in COLOURS:
        library.objects.add(photos / name, f"{name} thing")
        library.labels.add(photos / name, name)
    return library


def asked(name: str, seed: int = 999) -> np.ndarray:
    return np.asarray(patches(COLOURS.get(name, (128, 128, 128)), seed))


def test_one_answer_an_object_with_its_best_view_and_its_name(shop: Library) -> None:
    found = shop.search(asked("red"), things=Things("object"))
    assert (found.things or ())[0].name == "red thing"
    assert sorted(str(thing.name) for thing in found.things or ()) == ["blue thing", "green thing", "red thing"]
    assert {thing.views for thing in found.things or ()} == {12}
    plain = shop.search(asked("red"))
    assert found[0].path == plain[0].path
    assert found[0].why == f"object red thing, 12 views: {plain[0].why}"
    assert [answer.score for answer in found] == sorted((answer.score for answer in found), reverse=True)
    assert found[:1].things == found.things[:1]  # type: ignore[index]


def test_the_verdict_is_that_of_classify(shop: Library) -> None:
    for name in ("red", "grey"):
        for by in ("object", "label", "folder"):
            told = shop.search(asked(name), things=Things(by)).verdict
            (one,) = shop.classify(asked(name), by=by)
            assert told is not None
            assert (told.name, told.nearest) == (one.label, one.scores[0][0])
            assert (told.probability, told.none) == pytest.approx((one.probability, one.none), abs=1e-6)
            assert shop.search(asked(name), things=Things(by))[0].score == pytest.approx(one.scores[0][1], abs=1e-6)


def test_what_is_none_of_the_things_is_not_named(shop: Library) -> None:
    sure = shop.search(asked("red"), things=Things("object")).verdict
    unsure = shop.search(asked("grey"), things=Things("object", least=0.9)).verdict
    assert sure is not None
    assert unsure is not None
    assert sure.name == "red thing"
    assert unsure.name is None
    assert (sure.none or 0) < 0.5 < (unsure.none or 0)
    assert shop.search(asked("red"), things=Things("object", least=None)).verdict is None


def test_pictures_of_nothing_answer_for_themselves_where_objects_are_asked_for(shop: Library) -> None:
    found = shop.search(asked("grey"), things=Things("object", least=None, alone=True))
    assert found.things is not None
    assert found.things[0].name is None
    assert Path(found[0].path).name == "grey.png"
    assert sum(thing.name is None for thing in found.things) == 1
    grouped = shop.search(asked("grey"), things=Things("object"))
    assert all(thing.name for thing in grouped.things or ())


@pytest.mark.parametrize("vote", list(AGGREGATORS))
def test_every_vote_finds_the_thing_and_a_view_finds_itself(shop: Library, tmp_path: Path, vote: str) -> None:
    found = shop.search(asked("blue"), things=Things("object", vote=vote))
    assert (found.things or ())[0].name == "blue thing"
    itself = shop.search(tmp_path / "photos" / "green" / "3.png", things=Things("object", vote=vote))
    assert (itself.things or ())[0].name == "green thing"
    assert (itself[0].relation, itself[0].score) == ("identical", 1.0)
    assert Path(itself[0].path).name == "3.png"


def test_only_views_that_pass_the_filter_vote(shop: Library) -> None:
    found = shop.search(asked("red"), things=Things("object"), where="name = [01].png")
    assert {thing.views for thing in found.things or ()} == {2}
    assert found.searched == 6


def test_as_many_things_as_were_asked_for(shop: Library) -> None:
    assert len(shop.search(asked("red"), things=Things("object"), k=2)) == 2
    assert len(shop.search(asked("red"), things=Things("folder"), k=9)) == 4


def test_questions_of_several_parts_are_brought_together_without_a_probability(shop: Library) -> None:
    several = shop.search([asked("red"), asked("red", 1000)], things=Things("label"))
    minus = shop.search(asked("red"), minus=asked("blue"), things=Things("label"))
    words = shop.search(asked("green"), "words:green", things=Things("label"))
    for found, name in ((several, "red"), (minus, "red"), (words, "green")):
        assert found.verdict is not None
        assert (found.verdict.name, found.verdict.probability, found.verdict.none) == (name, None, None)
        assert found[0].score < 1


def test_a_picture_of_two_labels_votes_for_both(shop: Library, tmp_path: Path) -> None:
    shop.labels.add(tmp_path / "photos" / "red", "warm")
    found = shop.search(asked("red"), things=Things("label"))
    assert {thing.name for thing in (found.things or ())[:2]} == {"red", "warm"}
    assert found[0].score == pytest.approx(found[1].score)


def test_a_copy_in_another_folder_is_told_in_each(shop: Library, tmp_path: Path) -> None:
    (tmp_path / "photos" / "other").mkdir()
    shutil.copy(tmp_path / "photos" / "red" / "0.png", tmp_path / "photos" / "other" / "copy.png")
    shop.index(tmp_path / "photos")
    found = shop.search(tmp_path / "photos" / "red" / "0.png", things=Things("folder"), k=2)
    assert {str(Path(answer.path).parent) for answer in found} == {str(thing.name) for thing in found.things or ()}


def test_documents_name_the_thing_and_the_verdict(shop: Library) -> None:
    told = json.loads(shop.search(asked("red"), things=Things("object"), k=1).to_json())
    assert told["hits"][0]["thing"] == {"by": "object", "name": "red thing", "views": 12}
    assert told["verdict"]["name"] == told["verdict"]["nearest"] == "red thing"
    assert told["hits"][0]["probability"] == pytest.approx(told["verdict"]["probability"])
    plain = json.loads(shop.search(asked("red"), k=1).to_json())
    assert "verdict" not in plain
    assert "thing" not in plain["hits"][0]


def test_a_probability_follows_the_labels_as_they_are_now(shop: Library, tmp_path: Path) -> None:
    before = shop.search(asked("red"), things=Things("label")).verdict
    shop.labels.remove(tmp_path / "photos" / "red", "red")
    after = shop.search(asked("red"), things=Things("label")).verdict
    assert before is not None
    assert after is not None
    assert before.name == "red"
    assert after.nearest != "red"
    assert after.probability != before.probability


def test_what_cannot_be_brought_together_is_refused(shop: Library, library: Library) -> None:
    with pytest.raises(BadQuery, match="has a class by 'price'"):
        shop.search(asked("red"), things=Things("price"))
    with pytest.raises(UnknownName, match="best"):
        shop.search(asked("red"), things=Things("object", vote="bets"))
    with pytest.raises(BadSetting):
        shop.search(asked("red"), things=Things("object", vote="span:views=0"))
    for refused in ({"collapse": True}, {"precision": 0.9}):
        with pytest.raises(BadQuery, match="by thing already"):
            shop.search(asked("red"), things=Things("object"), **refused)  # type: ignore[arg-type]
    for least in (-0.1, 1.1, float("nan")):
        with pytest.raises(BadQuery, match="0 to 1"):
            Things("object", least=least)


def test_the_words_of_the_command_line_make_the_same_question() -> None:
    assert Things.asked() is None
    assert Things.asked(as_="pictures") is None
    assert Things.asked(as_="objects") == Things("object", least=None, alone=True)
    assert Things.asked(as_="objects", least=0.9) == Things("object", least=0.9, alone=True)
    assert Things.asked("label", vote="mean") == Things("label", vote="mean")
    for wrong in ({"as_": "labels"}, {"group_by": "label", "as_": "objects"}, {"least": 0.5}, {"vote": "mean"}):
        with pytest.raises(BadQuery):
            Things.asked(**wrong)  # type: ignore[arg-type]


def test_a_scene_says_more_than_looks_and_any_other_proof_says_nothing(shop: Library) -> None:
    """Geometry that shows the thing itself has a probability of its own; a variant may be its sibling."""
    classes = Classes.of(shop.store, "object")
    ids = classes.ids
    looks = np.full(len(ids), 0.2, np.float32)
    looks[classes.members[0]] = 0.3  # a little like the first thing
    order = np.argsort(-looks, kind="stable")
    ranking = Ranking(ids[order], looks[order], {}, np.zeros(len(ids), np.int64))
    gatherer = Gatherer(shop.store, Things("object"), channels_of(shop._describers()), lambda _: ranking, Judges())

    def told(of: int, proof: Proof) -> Verdict:
        verdict = gatherer.gathered(ranking, {int(ids[classes.members[of][0]]): proof}, None, 3).verdict
        assert verdict is not None
        return verdict

    plain = gatherer.gathered(ranking, {}, None, 3).verdict
    assert plain is not None
    assert (plain.name, plain.nearest) == (None, classes.names[0])
    for of in (0, 1):
        scene = told(of, Proof(0.83, 0.99))
        assert (scene.name, scene.probability, scene.none) == (classes.names[of], 0.99, pytest.approx(0.01))
    assert told(0, Proof(0.87, 0.0)).probability == plain.probability
    assert told(1, Proof(0.87, 0.0)).probability is None
