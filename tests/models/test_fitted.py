from __future__ import annotations

import numpy as np
import pytest

from lookalike.models.fitted import Fitted

ARRAYS = {"parts": np.arange(6.0).reshape(2, 3), "mean": np.ones(3)}


def test_arrays_come_back_from_their_text() -> None:
    fitted = Fitted.of(ARRAYS)
    again = Fitted.from_text(fitted.to_text())
    assert again == fitted
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(again.arrays[name], array)
        assert again.arrays[name].dtype == np.float32


def test_any_difference_makes_another() -> None:
    others = [
        {**ARRAYS, "mean": np.array([1, 1, 1 + 1e-6])},
        {**ARRAYS, "parts": ARRAYS["parts"].reshape(3, 2)},
        {"parts": ARRAYS["parts"], "middle": ARRAYS["mean"]},
    ]
    assert len({Fitted.of(ARRAYS), *map(Fitted.of, others)}) == 4


def test_arrays_are_copies_that_cannot_be_written_to() -> None:
    mine = np.ones(3, np.float32)
    fitted = Fitted.of({"mean": mine})
    mine[0] = 5
    assert fitted.arrays["mean"][0] == 1
    with pytest.raises(ValueError, match="read-only"):
        fitted.arrays["mean"][0] = 2


def test_what_is_not_finite_is_refused() -> None:
    with pytest.raises(ValueError, match="mean holds values that are not finite"):
        Fitted.of({"mean": np.array([np.nan])})


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"a": 1}', '{"a": {"shape": [2], "float32": "AAAA"}}', '{"a": {"shape": [1], "float32": "?"}}'],
)
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no fitted arrays"):
        Fitted.from_text(text)
