"""The pictures of an evaluation again, for pages: files as they are, edited copies made anew."""

from __future__ import annotations

from types import TracebackType

from lookalike.errors import BadPicture
from lookalike.evaluate.ruler import Evaluation
from lookalike.pixels.augment import edit
from lookalike.pixels.limits import Limits
from lookalike.search.calibration.edited_copies import COPY_SIDE, seed_of
from lookalike.search.pages.render import SIDE, thumbnail
from lookalike.search.query.decoder import PictureDecoder
from lookalike.types import Pixels


class Views:
    """A context manager: one isolated worker decodes."""

    def __init__(self, found: Evaluation, limits: Limits) -> None:
        self._found = found
        self._decoder = PictureDecoder(limits)

    def __enter__(self) -> Views:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._decoder.close()

    def thumbnail(self, name: str) -> bytes | None:
        """Thumbnail of a name in `Retrieval.pictures`; None where its file is no more as it was."""
        try:
            return thumbnail(self._pixels(name))
        except BadPicture:
            return None

    def _pixels(self, name: str) -> Pixels:
        copied = self._found.copied.get(name)
        if copied is None:
            return self._decoder.sample(self._found.records[name]).picture(SIDE).pixels
        original, backdrop = (
            self._decoder.sample(record).picture(COPY_SIDE).pixels for record in (copied.original, copied.backdrop)
        )
        seed = seed_of(copied.original.content.sha256, copied.seed)
        return edit(copied.edit, original, seed, backdrop).pixels
