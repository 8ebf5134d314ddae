from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import non_negative_factorization

from lookalike.describe.nmf import NonNegativeParts
from lookalike.errors import NotFitted
from lookalike.types import Picture


def test_weights_are_those_of_scikit_learn(faces: list[Picture]) -> None:
    describer = NonNegativeParts(components=6).fit(NonNegativeParts().seen.describe(faces))
    parts = describer.arrays["parts"].astype(np.float64)
    seen = describer.see(faces[:10])
    theirs, _, _ = non_negative_factorization(
        seen, H=parts, n_components=6, update_H=False, init="custom", tol=1e-10, max_iter=5000
    )
    ours = np.array([describer.weights(row, describer.arrays) for row in seen])
    np.testing.assert_allclose(ours, theirs, atol=1e-3 * theirs.max())


def test_nothing_is_ever_taken_away(faces: list[Picture]) -> None:
    describer = NonNegativeParts(components=6).fit(NonNegativeParts().seen.describe(faces))
    assert describer.arrays["parts"].min() >= 0
    assert describer.describe(faces).min() >= 0


def test_rows_with_negative_values_are_no_sums_of_parts(photos: list[Picture]) -> None:
    describer = NonNegativeParts(components=4, of="thumbnail")
    with pytest.raises(NotFitted, match="never negative"):
        describer.fit(describer.seen.describe(photos))
