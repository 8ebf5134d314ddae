from __future__ import annotations

from pathlib import Path

import pytest

from lookalike.errors import BadQuery, FetchRefused
from lookalike.search.query.source import fetched, sample


def undecoded(data: bytes, min_side: int | None) -> object:
    raise AssertionError("nothing is decoded")


@pytest.mark.parametrize("url", ["HTTP://10.0.0.1/a.jpg", "Https://10.0.0.1/a.jpg", "hTTps://[::1]/a.jpg"])
def test_the_scheme_of_a_url_may_be_written_in_capitals(url: str) -> None:
    with pytest.raises(FetchRefused, match="not a public"):
        fetched(url)


@pytest.mark.parametrize(
    "name", ["x" * 5000, "a/" * 5000, "nul\0byte.png", "x" * 300 + ".jpg"], ids=["long", "deep", "nul", "long name"]
)
def test_a_name_that_no_disk_takes_is_no_picture(name: str) -> None:
    with pytest.raises(BadQuery, match="is not a file"):
        sample(name, decode=undecoded)


def test_a_message_about_an_endless_name_is_short() -> None:
    with pytest.raises(BadQuery) as caught:
        sample("x" * 100_000, decode=undecoded)
    assert len(str(caught.value)) < 400


def test_a_link_that_leads_to_itself_is_no_picture(tmp_path: Path) -> None:
    (tmp_path / "a.png").symlink_to("a.png")
    with pytest.raises(BadQuery, match="is not a file"):
        sample(tmp_path / "a.png", decode=undecoded)
