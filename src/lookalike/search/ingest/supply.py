"""Where the pictures of a run come from: files, or what the caller holds under names of his own."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from lookalike.errors import BadPicture, BadQuery
from lookalike.search.ingest.read import Loaded, load
from lookalike.search.ingest.scan import Found, Seen, scan
from lookalike.types import Failure, Stamp

URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:[^\x00]+")


class Supply(Protocol):
    """Pictures to look at, then to read."""

    @property
    def roots(self) -> Sequence[str]:
        """Paths and URIs; what the library knows at and below them is looked for."""

    def seen(self) -> Iterator[Seen]:
        """Files that are there."""

    def read(self, found: Found) -> Loaded | Failure:
        """All bytes of one of these, or of another file."""


@dataclass(frozen=True)
class Files:
    """Files at and below `roots`, absolute paths of which none is below another."""

    roots: Sequence[str]
    max_bytes: int

    def seen(self) -> Iterator[Seen]:
        return scan(self.roots)

    def read(self, found: Found) -> Loaded | Failure:
        return load(found, self.max_bytes)


@dataclass(frozen=True)
class Given:
    """Pictures that the caller holds: URI -> what gives the bytes. Raises `BadQuery` for what is no URI."""

    pictures: Mapping[str, Callable[[], bytes]]
    max_bytes: int

    def __post_init__(self) -> None:
        for uri in self.pictures:
            check_uri(uri)

    @property
    def roots(self) -> Sequence[str]:
        return list(self.pictures)

    def seen(self) -> Iterator[Seen]:
        """All of them, since only their bytes tell whether they have changed."""
        return (Found(uri, Stamp(0, 0, 0, 0)) for uri in self.pictures)

    def read(self, found: Found) -> Loaded | Failure:
        if found.path not in self.pictures:
            return load(found, self.max_bytes)
        try:
            data = self.pictures[found.path]()
        except BadPicture as error:
            return Failure(found.path, error.reason, error.detail)
        except BadQuery as error:
            return Failure(found.path, "not_an_image", str(error))
        if len(data) > self.max_bytes:
            return Failure(found.path, "too_large", f"{len(data)} bytes, more than the limit of {self.max_bytes}")
        digest = hashlib.sha256(data)
        return Loaded(found.path, _stamp(data, digest.digest()), data, digest.hexdigest())


def check_uri(uri: str) -> None:
    """Raises `BadQuery` for what could be a file's path, or cannot be kept."""
    if not is_uri(uri) or uri.lower().startswith("file:"):
        raise BadQuery(f"a picture is added under a URI, e.g. shop:123, not {uri!r}; files are for `index`")
    try:
        os.fsencode(uri)
    except UnicodeEncodeError as error:
        raise BadQuery(f"the URI {uri!r} holds characters that cannot be kept") from error


def is_uri(name: str) -> bool:
    """Whether it begins with a scheme, as in shop:123 or https://example.org/a.jpg."""
    return URI.fullmatch(name) is not None


def _stamp(data: bytes, digest: bytes) -> Stamp:
    """A stamp of no time, which tells by the bytes alone whether they are the same."""
    return Stamp(len(data), 0, 0, int.from_bytes(digest[:8], "big") >> 1)
