"""Pictures that are sent to be kept: which are, which are here already, and which are refused."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lookalike.app.server.fields import Upload
from lookalike.app.server.problems import LOG, Problem
from lookalike.app.server.service import Service
from lookalike.app.server.upload_folder import UploadFolder
from lookalike.errors import BadPicture, BadQuery
from lookalike.search.resolve.files import holds

SIDE: Final = 64
"""px of the shorter side that a picture is decoded at least, to see that it is one."""
NAME: Final = 60
"""Characters of a sender's file name that a problem repeats."""
OUT_OF_SPACE: Final = "out_of_space"
FULL: Final = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True)
class Kept:
    """A picture that the folder or the library has: `is_new` since now, `is_indexed` already."""

    upload: str
    id: str
    path: str
    is_new: bool
    is_indexed: bool


@dataclass(frozen=True)
class Refused:
    """A picture that was not kept, by the name that its sender gave it, and why."""

    upload: str
    reason: str
    detail: str


def keep(service: Service, folder: UploadFolder, uploads: Iterable[Upload]) -> tuple[list[Kept], list[Refused]]:
    """Every picture in the folder, or in the library already; raises `Problem` where each one is refused."""
    kept: list[Kept] = []
    refused: list[Refused] = []
    for upload in uploads:
        outcome = _outcome(service, folder, upload)
        (kept if isinstance(outcome, Kept) else refused).append(outcome)  # type: ignore[arg-type]
    if not kept:
        raise _nothing(refused)
    return kept, refused


def _outcome(service: Service, folder: UploadFolder, upload: Upload) -> Kept | Refused:
    try:
        service.library.sampled(upload.data).picture(SIDE)
        id = hashlib.sha256(upload.data).hexdigest()
        known = _of_library(service, upload, id)
        if known is not None:
            return known
        path, is_new = folder.put(upload.name, upload.data, id)
        return Kept(upload.name, id, str(path), is_new, is_indexed=False)
    except BadPicture as error:
        return Refused(upload.name, error.reason, error.detail)
    except (OSError, BadQuery) as error:
        LOG.error("an upload was not kept", exc_info=error)
        if isinstance(error, OSError) and error.errno in FULL:
            return Refused(upload.name, OUT_OF_SPACE, "the disk is full: whoever runs the service makes room")
        return Refused(upload.name, "io", "the folder for uploads takes no files: the log of the service tells why")


def _of_library(service: Service, upload: Upload, id: str) -> Kept | None:
    """The picture as the library has it, where a file of these bytes is still there."""
    try:
        paths = [record.path for record in service.records(id)]
    except Problem:
        return None
    there = next((path for path in paths if holds(path, id)), None)
    return None if there is None else Kept(upload.name, id, there, is_new=False, is_indexed=True)


def _nothing(refused: list[Refused]) -> Problem:
    told = "; ".join(f"{each.upload[:NAME]!r}: {each.detail}" for each in refused[:5])
    reasons = [each.reason for each in refused]
    status = 507 if OUT_OF_SPACE in reasons else 500 if "io" in reasons else 422
    return Problem(status, reasons[0], f"nothing was kept: {told}")
