"""Sentences as vectors."""

from __future__ import annotations

import numpy as np
import pytest

from lookalike.models.minilm import sentence_rows

pytestmark = pytest.mark.usefixtures("reads_english")
SAID = ("The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium.")
PUBLISHED = np.array([[1, 0.6660, 0.1046], [0.6660, 1, 0.1411], [0.1046, 0.1411, 1]])
"""Similarities that the model's own card gives for them, in full precision."""


def test_similarities_are_those_that_its_makers_publish_but_for_the_8_bits() -> None:
    rows = sentence_rows(SAID)
    np.testing.assert_allclose(rows @ rows.T, PUBLISHED, atol=0.01)


def test_a_row_depends_on_its_own_text_alone() -> None:
    together = sentence_rows([*SAID, "word " * 300])
    for text, row in zip(SAID, together, strict=False):
        np.testing.assert_array_equal(sentence_rows([text])[0], row)


def test_rows_are_unit_and_none_of_nothing() -> None:
    assert sentence_rows([]).shape == (0, 384)
    np.testing.assert_allclose(np.linalg.norm(sentence_rows(["", "a", *SAID]), axis=1), 1, atol=1e-6)
