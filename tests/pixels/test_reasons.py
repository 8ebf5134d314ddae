from __future__ import annotations

import pickle

import pytest
from PIL import Image

from lookalike.errors import BadPicture, Reason
from lookalike.pixels.reasons import bad_picture


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (MemoryError(), "too_large"),
        (Image.DecompressionBombError("exceeds limit of pixels"), "too_large"),
        (RuntimeError("Memory allocation error: Security limit exceeded"), "too_large"),
        (NotImplementedError("a codec"), "unsupported"),
        (OSError("Unsupported BMP compression (7)"), "unsupported"),
        (SyntaxError("unknown pixel mode"), "unsupported"),
        (SyntaxError("cannot handle 12-bit layers"), "unsupported"),
        (OSError("image file is truncated (12 bytes not processed)"), "truncated"),
        (ValueError("Too much memory used in text chunks"), "truncated"),
        (EOFError(), "truncated"),
        (TypeError("an integer is required"), "truncated"),
    ],
)
def test_every_error_has_a_reason(error: Exception, reason: Reason) -> None:
    bad = bad_picture(error)
    assert bad.reason == reason
    assert bad.detail == (str(error) or type(error).__name__)


def test_a_detail_is_short() -> None:
    assert len(bad_picture(OSError("x" * 100_000)).detail) <= 200


def test_a_bad_picture_travels_between_processes() -> None:
    error = BadPicture("truncated", "12 bytes are missing", "a.jpg")
    again = pickle.loads(pickle.dumps(error))
    assert (again.reason, again.detail, again.path, str(again)) == (error.reason, error.detail, error.path, str(error))
