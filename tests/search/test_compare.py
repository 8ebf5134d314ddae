"""Two pictures compared without a library."""

import numpy as np
import pytest
import skimage.data

import lookalike

PHOTO = skimage.data.astronaut()
CROP = np.rot90(PHOTO[20:300, 100:400])
CAT = skimage.data.chelsea()


@pytest.mark.parametrize(("a", "b"), [(CROP, PHOTO), (PHOTO, CROP)])
def test_a_copy_scores_as_high_as_in_a_search_however_little_it_looks_alike(a, b):
    found = lookalike.compare(np.ascontiguousarray(a), np.ascontiguousarray(b), describers=["phash"])
    assert (found.relation, found.channels["phash"] < 0.8) == ("copy", True)
    assert 0.9 <= found.score < 1


def test_what_is_not_proved_scores_as_it_looks():
    found = lookalike.compare(PHOTO, CAT, describers=["phash"])
    assert (found.relation, found.evidence) == ("similar", None)
    assert found.score < 0.5


def test_several_settings_of_one_describer_are_each_a_channel():
    found = lookalike.compare(PHOTO, CAT, describers=["phash", "phash:size=16", "histogram:bins=4"])
    assert list(found.channels) == list(found.explanations) == ["phash", "phash:size=16", "histogram"]
    assert found.channels["phash"] != found.channels["phash:size=16"]


def test_a_photo_pasted_small_into_another_is_a_copy_whichever_comes_first():
    whole = np.hstack([np.dstack([plane] * 3) for plane in (skimage.data.gravel(), skimage.data.brick())])
    whole[200:350, 300:526] = CAT[::2, ::2]
    for a, b in ((CAT, whole), (whole, CAT)):
        assert lookalike.compare(a, b, describers=["phash"]).relation == "copy"
