from __future__ import annotations

from pathlib import Path

import pytest

from lookalike.location import Location

URLS = (
    "postgresql://me:hidden@host:5433/db",
    "postgres://me:hidden@one,two/db?target_session_attrs=read-write",
    "postgresql://me@host/db?password=hidden&sslmode=require",
    "postgresql://me:a/hidden@host/db",
    "postgresql://me:a?hidden@host/db",
    "postgresql://me:hidden#@host/db",
    "postgresql://me:hidd%65n@host/db",
    "POSTGRESQL://me:hidden@[::1/db",
)


@pytest.mark.parametrize("url", URLS)
def test_no_password_is_shown(url: str) -> None:
    location = Location.of(url)
    for shown in (str(location), repr(location), location.without_secrets(f"cannot open {url}")):
        assert "hidd" not in shown
    assert str(location).startswith("postgresql://me@")
    assert location.url == url


def test_a_password_does_not_change_where_files_are_kept() -> None:
    plain, secret, other = map(
        Location.of, ("postgresql://me@host/db", "postgres://me:x@host/db", "postgresql://me@host/b")
    )
    assert (plain.cache, plain.folder) == (secret.cache, secret.folder)
    assert plain.cache not in (plain.folder, other.cache)


def test_a_folder_is_a_folder(tmp_path: Path) -> None:
    for given in (tmp_path, str(tmp_path)):
        location = Location.of(given)
        assert (location.folder, location.cache, location.url, str(location)) == (tmp_path, tmp_path, "", str(tmp_path))
    assert Location.of(location) is location
