"""Two pictures compared without a library."""

import numpy as np
import pytest
import skimage.data

import lookalike

PHOTO = skimage.data.astronaut()
CROP = np.rot90(PHOTO[20:300, 100:400])
CAT = skimage.data.chelsea()


@pytest.mark.parametrize(("a", "b"), [(CROP, PHOTO), (PHOTO, CROP)])
def test_a_part_scores_as_high_as_in_a_search_however_little_it_looks_alike(a, b):
    found = lookalike.compare(np.ascontiguousarray(a), np.ascontiguousarray(b), describers=["phash"])
    assert (found.relation, found.channels["phash"] < 0.8) == ("part", True)
    assert 0.88 <= found.score <= 0.92


def test_what_is_not_proved_scores_as_it_looks():
    found = lookalike.compare(PHOTO, CAT, describers=["phash"])
    assert (found.relation, found.evidence) == ("similar", None)
    assert found.score < 0.5


def test_several_settings_of_one_describer_are_each_a_channel():
    found = lookalike.compare(PHOTO, CAT, describers=["phash", "phash:size=16", "histogram:bins=4"])
    assert list(found.channels) == list(found.explanations) == ["phash", "phash:size=16", "histogram"]
    assert found.channels["phash"] != found.channels["phash:size=16"]


def test_a_photo_pasted_small_into_another_is_a_part_whichever_comes_first():
    whole = np.hstack([np.dstack([plane] * 3) for plane in (skimage.data.gravel(), skimage.data.brick())])
    whole[200:350, 300:526] = CAT[::2, ::2]
    for a, b in ((CAT, whole), (whole, CAT)):
        assert lookalike.compare(a, b, describers=["phash"]).relation == "part"


def test_a_page_shows_the_proof_and_parts_what_agrees_from_what_does_not(tmp_path):
    found = lookalike.compare(PHOTO, np.ascontiguousarray(PHOTO[20:300, 100:400]), describers=["phash", "histogram"])
    assert found.relation == "part"
    proof = found.proof()
    assert proof.shape[1] > 600
    page = found.save_html(tmp_path / "page.html").read_text()
    assert "<h2>Proof</h2>" in page
    assert found.evidence.why in page
    assert 'aria-label="where it matches"' in page
    stranger = lookalike.compare(PHOTO, np.full_like(PHOTO, 200), describers=["phash", "histogram"])
    page = stranger.save_html(tmp_path / "page.html").read_text()
    assert (stranger.agreeing, stranger.proof()) == ((), None)
    assert "Proof" not in page
    assert "What agrees" not in page
    assert page.index("<h2>What does not</h2>") < page.index("<h3>histogram</h3>")


def test_each_channel_is_explained_where_it_belongs(tmp_path):
    found = lookalike.compare(PHOTO, np.rot90(PHOTO, 2), describers=["phash", "histogram"])
    assert found.agreeing == ("histogram",)
    page = found.save_html(tmp_path / "page.html").read_text()
    agrees, differs = page.split("<h2>What agrees</h2>")[1].split("<h2>What does not</h2>")
    assert "<h3>histogram</h3>" in agrees
    assert "<h3>phash</h3>" in differs
