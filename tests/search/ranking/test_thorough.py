"""A second look at candidates; SIFT stands for the networks, which are tested where they are written."""

import cv2
import numpy as np
import pytest
import skimage.data
from PIL import Image

import lookalike
from lookalike.errors import BadQuery, WeightsError
from lookalike.search.query.source import sample
from lookalike.search.ranking.relation import Evidence, RelationClassifier
from lookalike.search.ranking.thorough import TRIED, SecondLook

UNMOVED = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


def at_another_hour(photo):
    """Its detail, under light and shade that have changed places."""
    base = cv2.GaussianBlur(photo, (0, 0), 25).astype(float)
    return np.clip(255 - base + (photo - base), 0, 255).astype(np.uint8)


def from_aside(photo):
    """A plane with the photo on it, as a camera sees it that has moved to the left."""
    height, width = photo.shape[:2]
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    seen = np.array([(0, 0), (width, 0.12 * height), (width, 0.88 * height), (0, height)], np.float32)
    return cv2.warpPerspective(photo, cv2.getPerspectiveTransform(corners, seen), (width, height))


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Three photos, without local features."""
    folder = tmp_path_factory.mktemp("thorough")
    for name in ("astronaut", "coffee", "chelsea"):
        Image.fromarray(getattr(skimage.data, name)()).save(folder / f"{name}.png")
    with lookalike.open(folder / "library") as opened:
        opened.index(folder, describers=["phash"], local=False, planes=False)
        yield opened


@pytest.fixture
def looked(library):
    """Evidence by name on all of the library, beside what is known by name."""
    ids = {record.path.rsplit("/", 1)[1].removesuffix(".png"): record.id for record in library.records()}

    def look(pixels, known=None):
        decoder = library._decoder
        second = SecondLook(library.store, decoder.sample, RelationClassifier())
        known = {ids[name]: evidence for name, evidence in (known or {}).items()}
        found = second.look([sample(pixels, decode=decoder.decode)], list(ids.values()), known)
        return {name: found[id] for name, id in ids.items() if id in found}

    return look


def evidence(relation):
    return Evidence(relation, UNMOVED, (0, 0, 1, 1), (0, 0, 1, 1), 0.9, "known", (1.0, 1.0))


def test_one_thing_seen_twice_ranks_and_is_never_proved(looked):
    found = looked(cv2.convertScaleAbs(from_aside(skimage.data.coffee()), alpha=0.7))
    assert {name: one.relation for name, one in found.items()} == {"coffee": "similar"}
    assert found["coffee"].strength >= 0.97
    assert "likely on one thing" in found["coffee"].why


def test_places_alone_rank_where_light_and_colour_do_not_agree(looked):
    found = looked(at_another_hour(skimage.data.coffee()))["coffee"]
    assert found.relation == "similar"
    assert found.strength >= 0.97
    assert "but not light and colour" in found.why


def test_what_is_proved_is_not_looked_at_again(looked):
    known = {"coffee": evidence("copy")}
    assert looked(skimage.data.coffee(), known)["coffee"] is known["coffee"]
    doubtful = {"coffee": evidence("similar")}
    assert "likely on one thing" in looked(from_aside(skimage.data.coffee()), doubtful)["coffee"].why


def test_a_file_that_is_gone_costs_its_own_answer_alone(library, looked, tmp_path):
    (record,) = library.records(where='name = "chelsea.png"')
    away = tmp_path / "chelsea.png"
    with open(record.path, "rb") as stream:
        away.write_bytes(stream.read())
    try:
        with open(record.path, "wb"):
            pass
        assert set(looked(skimage.data.coffee())) == {"coffee"}
    finally:
        with open(record.path, "wb") as stream:
            stream.write(away.read_bytes())


def test_only_the_best_are_looked_at(library, monkeypatch):
    asked = []
    second = SecondLook(library.store, library._decoder.sample, RelationClassifier())
    monkeypatch.setattr(SecondLook, "_evidence", lambda *given: asked.append(given[2].id))
    ids = [record.id for record in library.records()]
    second.look([], [*ids[:1], *range(1000, 1000 + 3 * TRIED), *ids[1:]], {})
    assert asked == ids[:1]


def test_a_picture_that_lies_in_two_files_is_looked_at_once(tmp_path, monkeypatch):
    for name in ("one", "two"):
        Image.fromarray(skimage.data.coffee()[::4, ::4]).save(tmp_path / f"{name}.png")
    asked = []
    monkeypatch.setattr(SecondLook, "_evidence", lambda *given: asked.append(given[2].id))
    with lookalike.open(tmp_path / "library") as library:
        library.index(tmp_path, describers=["phash"], local=False, planes=False)
        (id,) = {record.id for record in library.records()}
        SecondLook(library.store, library._decoder.sample, RelationClassifier()).look([], [id], {})
    assert asked == [id]


def test_it_says_how_to_get_what_it_needs(library, tmp_path, monkeypatch):
    monkeypatch.setenv("LOOKALIKE_CACHE", str(tmp_path))
    with pytest.raises(WeightsError, match="models get aliked-n16` and `lookalike models get aliked-lightglue"):
        library.search(skimage.data.coffee(), thorough=True)


@pytest.mark.parametrize(("asked", "why"), [({"precision": 0.9}, "leave out precision"), ({}, "ask about one")])
def test_what_does_not_go_with_it_is_refused(library, asked, why):
    with pytest.raises(BadQuery, match=why):
        library.search(*([skimage.data.coffee()] if asked else ["colour:teal"]), thorough=True, **asked)
