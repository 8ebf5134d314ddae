from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import PCA

from lookalike.describe.pca import PrincipalComponents
from lookalike.types import Picture


@pytest.mark.parametrize("whiten", [True, False])
def test_weights_are_those_of_scikit_learn(faces: list[Picture], whiten: bool) -> None:
    describer = PrincipalComponents(components=8, whiten=whiten)
    seen = describer.seen.describe(faces)
    theirs = PCA(8, svd_solver="full", whiten=whiten).fit(seen.astype(np.float64)).transform(seen)
    theirs *= np.sign(theirs[0])
    rows = describer.fit(seen).describe(faces)
    ours = rows[:, :-1] / np.linalg.norm(rows[:, :-1], axis=1, keepdims=True)
    ours *= np.sign(ours[0])
    assert np.abs(ours - theirs / np.linalg.norm(theirs, axis=1, keepdims=True)).max() < 0.02  # randomised


def test_as_many_components_as_pictures_allow_give_each_picture_back(faces: list[Picture]) -> None:
    describer = PrincipalComponents(components=19)
    describer = describer.fit(describer.seen.describe(faces[:20]))
    for seen in describer.see(faces[:20]):
        total = describer.total(describer.weights(seen, describer.arrays), describer.arrays)
        np.testing.assert_allclose(total, seen, atol=1e-3)
    assert "100% and 100%" in describer.explain(faces[0], faces[1]).line


def test_directions_along_which_nothing_differs_count_for_nothing() -> None:
    describer = PrincipalComponents(components=4, size=4)
    flat = np.linspace(0, 1, 12, dtype=np.float32)[:, None] * np.ones(16, np.float32)  # all along one direction
    arrays = describer.fit(flat).arrays
    noisy = flat[3].astype(np.float64) + 1e-5 * np.arange(16)
    compared = describer.compared(describer.weights(noisy, arrays), arrays)
    assert np.abs(compared[0]) > 0.1
    np.testing.assert_array_equal(compared[1:], 0)


def test_it_whitens_the_rows_of_another_describer(photos: list[Picture]) -> None:
    describer = PrincipalComponents(of="phash", components=4)
    rows = describer.fit(describer.seen.describe(photos)).describe(photos)
    assert rows.shape == (len(photos), 5)
    assert describer.fit(describer.seen.describe(photos)).explain(photos[0], photos[1]).picture is not None


def test_more_components_than_dimensions_are_refused() -> None:
    with pytest.raises(ValueError, match="dimensions"):
        PrincipalComponents(size=4, components=17)
