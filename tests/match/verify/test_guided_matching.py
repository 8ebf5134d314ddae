from __future__ import annotations

import numpy as np
import pytest

from lookalike.evaluate.metrics.geometry import corner_error
from lookalike.local import EXTRACTORS
from lookalike.match.match.nearest import Nearest
from lookalike.match.verify.frames import of_matches, to_frame
from lookalike.match.verify.guided_matching import rematched, similarities
from lookalike.match.verify.inliers import agree
from lookalike.match.verify.planar import Planar
from lookalike.pixels.augment import edit
from lookalike.types import Picture


@pytest.mark.parametrize("name", ["sift", "orb"])
def test_more_is_matched_under_the_model(name: str, photos: list[Picture]) -> None:
    extractor = EXTRACTORS.make(name, {"side": 400, "max_keypoints": 500})
    copy = edit("noise", photos[0].pixels, 2, photos[1].pixels)
    a, b = extractor.extract(Picture(copy.pixels, photos[0].size)), extractor.extract(photos[0])
    matches = Nearest(ratio=0.6).match(a, b)
    geometry = Planar().verify(a, b, matches)
    assert geometry is not None
    between = to_frame(b.keypoints.size) @ geometry.model @ np.linalg.inv(to_frame(a.keypoints.size))
    known = matches[geometry.inliers]
    more = rematched(between, a, b, known, 0.008)
    assert len(more) > len(known)
    assert agree(between, *of_matches(a, b, more), 0.008).all()
    for side in (0, 1):
        assert len(np.unique(more.pairs[:, side])) == len(more)
    np.testing.assert_allclose(more.scores, similarities(a, b, more.pairs))
    assert more.scores.min() >= similarities(a, b, known.pairs).min()
    guided = Planar(guided=True).verify(a, b, matches)
    assert guided is not None
    assert guided.nfa == geometry.nfa
    assert corner_error(guided.model, copy.transform, photos[0].size) < 1.5


def test_similarities_are_cosines_and_shares_of_equal_bits(photos: list[Picture]) -> None:
    pairs = np.array([(0, 1), (2, 2)])
    sift, orb = (EXTRACTORS.make(name, {"side": 200}).extract(photos[0]) for name in ("sift", "orb"))
    rows = sift.descriptors
    np.testing.assert_allclose(similarities(sift, sift, pairs), [rows[0] @ rows[1], 1], atol=1e-5)
    bits = np.unpackbits(orb.descriptors, axis=1)
    np.testing.assert_allclose(similarities(orb, orb, pairs), [(bits[0] == bits[1]).mean(), 1])
