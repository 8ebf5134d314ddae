"""A WebP that takes more memory than there is says so, and only a damaged one that it is damaged."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from lookalike.errors import BadPicture
from lookalike.pixels.decode import decode
from lookalike.pixels.limits import Limits
from lookalike.pixels.webp import size_of

NOISE = np.random.default_rng(0).integers(0, 256, (48, 64, 4), dtype=np.uint8)


def webp(mode: str, **settings: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(NOISE).convert(mode).save(file, "WEBP", **settings)
    return file.getvalue()


@pytest.mark.parametrize("settings", [{"quality": 50}, {"lossless": True}, {"quality": 50, "exif": b"Exif\0\0"}])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_the_header_tells_the_size(mode: str, settings: dict[str, object]) -> None:
    assert size_of(webp(mode, **settings)) == (64, 48)


def test_a_header_cut_short_or_unknown_tells_none() -> None:
    assert size_of(webp("RGB")[:29]) == size_of(bytes(100)) == (0, 0)


@pytest.mark.parametrize(("room", "reason"), [(2**27, "truncated"), (2**26, "too_large")])
def test_what_fails_is_damaged_only_where_there_was_room(room: int, reason: str) -> None:
    with pytest.raises(BadPicture) as caught:
        decode(webp("RGBA", lossless=True)[:-2000], limits=Limits(decoding=room))
    assert caught.value.reason == reason
