"""The tree of errors: each says what was wanted, what came, and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Literal, get_args

Reason = Literal[
    "not_an_image", "truncated", "too_large", "unsupported", "permission", "io", "changed", "timeout", "decoder_crash"
]
REASONS: tuple[Reason, ...] = get_args(Reason)


class LookalikeError(Exception):
    """Something that the caller can act on; the message is one sentence a person understands.

    `path` names the file or folder that it is about, where it is about one.
    """

    def __init__(self, message: str = "", *, path: str | None = None) -> None:
        super().__init__(message)
        self.path = path


class UnknownName(LookalikeError):
    """No row of a table has the name asked for."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        close = difflib.get_close_matches(name, names, n=1)
        hint = f"did you mean {close[0]!r}? " if close else ""
        super().__init__(f"no {kind} {name!r}; {hint}known: {', '.join(names) or 'none'}")


class BadSetting(LookalikeError):
    """A component was given a field it does not have, or a value that the field cannot hold."""


class NotFitted(LookalikeError):
    """A describer learns from pictures before it describes, and has not, or the pictures are too few or too alike."""


class TrainingFailed(LookalikeError):
    """A run of training cannot go on: its loss is no number, or its checkpoint is of another run."""


class TooFew(NotFitted):
    """`found` says what is there, and how much it takes; for `most` components it is enough, 0: for none."""

    def __init__(self, found: str, most: int, spelled: str) -> None:
        super().__init__(f"{found}: index more" + (f", or ask for fewer with {spelled}" if most else ""))
        self.found = found
        self.most = most


class BadQuery(LookalikeError):
    """A question that cannot be asked: an empty one, a crop outside the picture, a filter that does not parse."""


class BadPicture(LookalikeError):
    """Bytes that give no picture. `reason` is one of `REASONS`; `detail` is what the decoder said.

    `name` says whose bytes, where several pictures are at hand.
    """

    def __init__(self, reason: Reason, detail: str, name: str = "") -> None:
        told = f"{reason}: {detail}" if detail else reason
        super().__init__(f"{name!r}: {told}" if name else told, path=name or None)
        self.reason: Reason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type[BadPicture], tuple[Reason, str, str]]:
        return type(self), (self.reason, self.detail, str(self.path or ""))


class WorkerFailed(LookalikeError):
    """A worker process could not be started, or could not make its handler; the message says what it said."""


class FetchRefused(LookalikeError):
    """A URL that was not fetched: a private address, too many redirects, too large, too slow."""


class ChannelLeftOut(UserWarning):
    """A channel of the library is left out, since its describer is not at hand."""


class SpaceMismatch(LookalikeError):
    """Vectors of two spaces were about to be compared."""


class MissingExtra(LookalikeError):
    """A part of lookalike needs packages that the default install leaves out."""


class WeightsError(LookalikeError):
    """A weight file is absent, damaged, not what its sha256 says, or holds anything but tensors."""


class LibraryMissing(LookalikeError):
    """There is no library in the folder given. Only `index` makes one."""


class LibraryBusy(LookalikeError):
    """Another process is writing to the library; the message names it."""


class LibraryDamaged(LookalikeError):
    """The store cannot be read as the database that it should be."""


class LibraryFormat(LookalikeError):
    """The library was written by a newer or an older format than this program reads."""


class DatabaseRefused(LookalikeError):
    """The database of a library cannot be used: no such server, no access, or it cannot hold a library."""


class DatabaseLost(LookalikeError):
    """The connection to the database of a library was lost; what was acknowledged before is kept."""


class OutOfSpace(LookalikeError):
    """The disk, the memory or another limit is used up; what was acknowledged before is kept."""
