from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from lookalike.errors import BadPicture
from lookalike.pixels.decode import decode
from lookalike.pixels.door import DecodeJob, Decoder, picture_of
from lookalike.pixels.limits import Limits
from lookalike.pixels.worker_pool import Isolated
from lookalike.types import Pixels


def test_what_a_worker_decodes_is_what_decoding_here_gives(photo: Pixels, encode: Callable[..., bytes]) -> None:
    files = [encode(photo, format) for format in ("JPEG", "PNG", "HEIF", "AVIF")]
    jobs = [DecodeJob(data, min_side) for data in files for min_side in (None, 24)]
    with Isolated(Decoder(Limits()), workers=2, limits=Limits()) as pool:
        for job, reply in pool.run(jobs):
            assert not isinstance(reply, BadPicture)
            there, here = picture_of(reply), decode(job.data, min_side=job.min_side)
            np.testing.assert_array_equal(there.picture.pixels, here.picture.pixels)
            assert there.picture.size == here.picture.size
            assert (there.format, there.taken, there.flags) == (here.format, here.taken, here.flags)


def test_the_limits_hold_there_too(photo: Pixels, encode: Callable[..., bytes]) -> None:
    limits = Limits(pixels=1000)
    with Isolated(Decoder(limits), workers=1, limits=limits) as pool, pytest.raises(BadPicture, match="too_large"):
        pool.one(DecodeJob(encode(photo, "PNG"), None))


def test_a_job_hides_its_bytes_from_messages() -> None:
    assert len(repr(DecodeJob(bytes(10_000), None))) < 200
