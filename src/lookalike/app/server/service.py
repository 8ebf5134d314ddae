"""The service itself: an open library, and what its routes share."""

from __future__ import annotations

import hashlib
import math
import os
import shutil
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated, Final, TypeAlias, cast

import numpy as np
from fastapi import Depends, Request

from lookalike.app.server.admission import Sessions
from lookalike.app.server.capacity import Capacity
from lookalike.app.server.file_ids import FileIds
from lookalike.app.server.jobs import Jobs
from lookalike.app.server.measures import Measures
from lookalike.app.server.names import Names
from lookalike.app.server.problems import Problem
from lookalike.app.server.recent import Recent
from lookalike.app.server.roles import Role
from lookalike.app.server.settings import Settings
from lookalike.app.server.shared_files import SharedFiles
from lookalike.app.server.upload_folder import UploadFolder
from lookalike.errors import BadPicture, LookalikeError
from lookalike.protocols import TextDescriber
from lookalike.search.components import describers_of
from lookalike.search.duplicates.identical import Group
from lookalike.search.library import Library
from lookalike.search.pages.render import thumbnail
from lookalike.search.ranking.channels import channels_of
from lookalike.types import Record

THUMBNAILS: Final = 64 * 2**20
"""Bytes of thumbnails that are kept in memory."""
ANSWERS: Final = 64
"""Questions whose further answers are kept for the next page."""
GLANCES: Final = 512
"""Small things, such as thumbnails, that may wait: a page asks for all of its pictures at once."""


class Service:
    """Made before the first request and closed after the last.

    What processes of one service share is in the folder `shared` of the settings: jobs, sessions and answers.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.library = Library(settings.library, shares_indexes=settings.workers > 1)
        self.measures = Measures()
        self.questions = Capacity("question", settings.threads, settings.waiting, on_change=self.measures.questions.set)
        self.glances = Capacity("glance", 2, GLANCES, patience=math.inf)
        self.names = Names(self._folders)
        self.file_ids = FileIds(settings.key)
        shared = settings.shared or Path(mkdtemp(prefix="lookalike-"))
        self._clear = weakref.finalize(self, shutil.rmtree, shared, ignore_errors=True) if not settings.shared else None
        self.sessions = Sessions(shared)
        self.jobs = Jobs(self.library.location, shared)
        self.answers = SharedFiles(shared / "answers", ANSWERS)
        self.uploads = None if settings.uploads is None else UploadFolder(Path(os.path.realpath(settings.uploads)))
        self.identical: Recent[int, Sequence[Group]] = Recent(1)
        self._thumbnails: Recent[tuple[str, int], bytes] = Recent(THUMBNAILS, len)

    def records(self, id: str) -> list[Record]:
        """The files of these bytes, by path; raises `Problem` where the library holds none."""
        known = self.library.store.contents([id]).get(id)
        found = [] if known is None else list(self.library.store.records(np.array([known[0]], np.int64)))
        if not found:
            raise Problem(
                404, "no_such_picture", "the library holds no picture of this id: search, and take one of a hit"
            )
        return found

    def bytes_of(self, id: str) -> bytes:
        """Bytes of one of its files that are as they were indexed; raises `BadPicture` where none is."""
        return self._first_of(self.records(id), self.library.bytes_of)

    def thumbnail(self, id: str, side: int) -> bytes:
        """WebP of at most `side` px a side, made of the pixels alone."""
        kept = self._thumbnails.get((id, side))
        if kept is None:
            kept = self._first_of(
                self.records(id), lambda record: thumbnail(self.library.picture_of(record, side).pixels, side)
            )
            self._thumbnails.put((id, side), kept)
        return kept

    def _first_of(self, records: Sequence[Record], made: Callable[[Record], bytes]) -> bytes:
        """Bytes made of the first file of which they can be; the error of the last where none can."""
        for record in records[:-1]:
            try:
                return made(record)
            except BadPicture:
                continue
        try:
            return made(records[-1])
        except BadPicture as error:
            raise Problem(
                410, error.reason, f"the picture cannot be read any more ({error.reason}): index it again"
            ) from error

    def reads_words(self) -> bool:
        """Whether a channel of the library can tell what a text means; one whose weights are not here cannot."""
        for describer in describers_of(self.library.store):
            if isinstance(describer, TextDescriber):
                with suppress(LookalikeError):
                    describer.describe_text(["picture"])
                    return True
        return False

    def channels(self) -> dict[str, float]:
        """Channels that compare pictures, with how much each counts by default."""
        describers = describers_of(self.library.store)
        return {channel.name: channel.weight for channel in channels_of(describers)} if describers else {}

    def folders(self) -> dict[str, str]:
        """Folders that may be indexed, by an id that tells nothing of where they are."""
        return {hashlib.sha256(os.fsencode(path)).hexdigest()[:16]: path for path in self._folders()}

    def _folders(self) -> list[str]:
        own = () if self.settings.uploads is None else (self.settings.uploads,)
        given = [os.path.realpath(root) for root in (*self.settings.roots, *own)]
        return list(dict.fromkeys([*given, *(root.path for root in self.library.roots())]))

    async def close(self) -> None:
        """Ends jobs, threads and workers."""
        await self.jobs.close()
        self.questions.close()
        self.glances.close()
        self.library.close()
        if self._clear is not None:
            self._clear()


async def _service(request: Request) -> Service:  # one that does not wait would run in a thread of its own
    return cast(Service, request.app.state.service)


async def _role(request: Request) -> Role:
    return cast(Role, request.state.role)


Here: TypeAlias = Annotated[Service, Depends(_service)]
Asker: TypeAlias = Annotated[Role, Depends(_role)]
