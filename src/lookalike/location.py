"""Where a library is: in a folder, or in a database on a server."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias
from urllib.parse import parse_qsl, unquote, urlencode

SCHEMES = ("postgresql", "postgres")
_URL = re.compile(rf"({'|'.join(SCHEMES)})://", re.IGNORECASE)
VARIABLE = "LOOKALIKE_LIBRARY"
"""Names the library where nothing else does."""
_SECRET = ("password", "sslpassword")


@dataclass(frozen=True)
class Location:
    """A library in `folder`, or in the database at `url`, of which `folder` and `cache` keep what is not on the server.

    `cache` is for what can be made again, the files of indexes; `folder` for what cannot, the journal of `resolve`.
    """

    folder: Path
    cache: Path
    url: str = field(default="", repr=False)
    """As it was given, perhaps with a password: never shown."""

    @classmethod
    def of(cls, given: LocationLike) -> Location:
        """The location that a user names: a folder, or postgresql://USER@HOST/DATABASE."""
        if isinstance(given, Location):
            return given
        if not isinstance(given, str) or not _URL.match(given):
            return cls(Path(given), Path(given))
        from platformdirs import user_data_path

        name = hashlib.sha256(_without_password(given).encode()).hexdigest()[:16]
        return cls(user_data_path("lookalike") / "servers" / name, user_cache() / "servers" / name, given)

    def __str__(self) -> str:
        return _without_password(self.url) if self.url else str(self.folder)

    def absolute(self) -> Location:
        """This location, wherever a program stands that opens it."""
        return self if self.url else Location(self.folder.absolute(), self.cache.absolute())

    def environment(self) -> dict[str, str]:
        """The environment of a process that opens it: unlike its arguments, nobody else can read that."""
        return {**os.environ, VARIABLE: self.url or str(self.folder)}

    def without_secrets(self, text: str) -> str:
        """The text with dots in the place of any password of the URL."""
        for secret in _secrets(self.url):
            text = text.replace(secret, "...")
        return text


LocationLike: TypeAlias = str | os.PathLike[str] | Location
"""As whoever asks names it: a folder, or the URL of a database."""


def user_cache() -> Path:
    """LOOKALIKE_CACHE, else the user's cache directory."""
    from platformdirs import user_cache_path

    chosen = os.environ.get("LOOKALIKE_CACHE")
    return Path(chosen) if chosen else user_cache_path("lookalike")


def _without_password(url: str) -> str:
    """The URL as it may be shown, whatever stands in it: what is between :// and the last @ may hold a password."""
    user, at, place = url.partition("://")[2].rpartition("@")
    address, _, query = place.partition("?")
    asked = [(key, value) for key, value in parse_qsl(query, keep_blank_values=True) if key not in _SECRET]
    shown = f"{SCHEMES[0]}://{user.partition(':')[0]}{at}{address}"
    return f"{shown}?{urlencode(asked, safe='/,:')}" if asked else shown


def _secrets(url: str) -> list[str]:
    """Passwords in a URL, as written and as meant, the longest first."""
    user, _, place = url.partition("://")[2].rpartition("@")
    written = user.partition(":")[2]
    asked = [value for key, value in parse_qsl(place.partition("?")[2]) if key in _SECRET]
    found = {each for each in (written, unquote(written), *asked) if each}
    return sorted(found, key=len, reverse=True)
