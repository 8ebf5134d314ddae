"""Groups of duplicates, and ways to look at them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import SupportsIndex, overload

from lookalike.search.atomic import write_atomically
from lookalike.search.duplicates.identical import Group
from lookalike.search.pages.illustrate import shown_groups
from lookalike.search.pages.render import groups_notebook, groups_page
from lookalike.search.query.decoder import PictureDecoder
from lookalike.search.resolve.outcomes import Action, Resolution
from lookalike.search.resolve.plan import Caution
from lookalike.search.resolve.proofs import SHOWN
from lookalike.search.resolve.run import Resolver, Wish


class Groups(list[Group]):
    """A list of groups, the largest first, which a notebook shows with thumbnails."""

    def __init__(self, groups: Iterable[Group], decoder: PictureDecoder, resolver: Resolver) -> None:
        super().__init__(groups)
        self._decoder = decoder
        self._resolver = resolver

    @overload
    def __getitem__(self, at: SupportsIndex) -> Group: ...
    @overload
    def __getitem__(self, at: slice) -> Groups: ...
    def __getitem__(self, at: SupportsIndex | slice) -> Group | Groups:
        found = super().__getitem__(at)
        return Groups(found, self._decoder, self._resolver) if isinstance(found, list) else found

    def __repr__(self) -> str:
        return f"<{len(self)} groups of {sum(len(group.members) for group in self)} files>"

    def resolve(
        self,
        keep: Sequence[str] = (),
        action: Action = "list",
        into: str | os.PathLike[str] | None = None,
        *,
        pairs: bool = False,
        bursts: bool = False,
        shown: float = SHOWN,
    ) -> Resolution:
        """Keeps one file of each group and acts upon the others, as `lookalike resolve` does; an outcome for each file.

        `keep` are rules in their order: reference, whole, pixels, format, exif, quality, oldest, shortest, folder:DIR.
        `action` is list, which touches nothing, trash, move (`into` a folder), hardlink or symlink. Only files that are
        identical to the kept one or copies of it are acted upon, where it shows the share `shown` of them; with
        `pairs` and `bursts` also halves of format pairs and other exposures. Raises `BadQuery`, `UnknownName` or
        `LibraryBusy` before anything is touched.
        """
        folder = None if into is None else os.fspath(into)
        rules = (keep,) if isinstance(keep, str) else tuple(keep)
        return self._resolver.resolve(self, Wish(rules, action, folder, Caution(pairs, bursts, shown)))

    def to_html(self) -> str:
        """A page that stands alone: thumbnails inside, no script, nothing fetched."""
        return groups_page(shown_groups(self, self._decoder))

    def save_html(self, path: str | os.PathLike[str]) -> Path:
        """Writes `to_html()` to `path`, whole or not at all."""
        return write_atomically(Path(path), self.to_html().encode("utf-8", "backslashreplace"))

    def _repr_html_(self) -> str:
        return groups_notebook(shown_groups(self, self._decoder))
