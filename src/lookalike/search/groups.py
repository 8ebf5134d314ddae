"""Groups of duplicates, and ways to look at them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import SupportsIndex, overload

from lookalike.search.atomic import write_atomically
from lookalike.search.duplicates.identical import Group
from lookalike.search.pages.illustrate import shown_groups
from lookalike.search.pages.render import groups_notebook, groups_page
from lookalike.search.query.decoder import PictureDecoder


class Groups(list[Group]):
    """A list of groups, the largest first, which a notebook shows with thumbnails."""

    def __init__(self, groups: Iterable[Group], decoder: PictureDecoder) -> None:
        super().__init__(groups)
        self._decoder = decoder

    @overload
    def __getitem__(self, at: SupportsIndex) -> Group: ...
    @overload
    def __getitem__(self, at: slice) -> Groups: ...
    def __getitem__(self, at: SupportsIndex | slice) -> Group | Groups:
        found = super().__getitem__(at)
        return Groups(found, self._decoder) if isinstance(found, list) else found

    def __repr__(self) -> str:
        return f"<{len(self)} groups of {sum(len(group.members) for group in self)} files>"

    def to_html(self) -> str:
        """A page that stands alone: thumbnails inside, no script, nothing fetched."""
        return groups_page(shown_groups(self, self._decoder))

    def save_html(self, path: str | os.PathLike[str]) -> Path:
        """Writes `to_html()` to `path`, whole or not at all."""
        return write_atomically(Path(path), self.to_html().encode("utf-8", "backslashreplace"))

    def _repr_html_(self) -> str:
        return groups_notebook(shown_groups(self, self._decoder))
