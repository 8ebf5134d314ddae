"""Names of files as each role may see them: relative to the folders of the library, and absolute for admin alone."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from typing import Any

from lookalike.app.documents import Document, path_fields
from lookalike.app.server.roles import Role
from lookalike.search.pages.escape import legible


class Names:
    """`roots` gives folders that hold the library's files; it is asked again when a file lies in none of them."""

    def __init__(self, roots: Callable[[], Sequence[str]]) -> None:
        self._roots = roots
        self._known: list[str] = []
        self._lock = threading.Lock()

    def relative(self, path: str) -> str:
        """As `Pictures/2020/beach.jpg`, with the name of the root and nothing above it; a URI stays as it is."""
        if not path.startswith(os.sep):
            return legible(path)
        root = self._root_of(path) or self._root_of(path, again=True)
        if root is None:
            return legible(os.path.basename(path))  # noqa: PTH119  a Path would normalise it
        above = os.path.dirname(root.rstrip(os.sep))  # noqa: PTH120
        return legible(path[len(above.rstrip(os.sep)) + 1 :])

    def _root_of(self, path: str, *, again: bool = False) -> str | None:
        with self._lock:
            if again:
                self._known = sorted(self._roots(), key=len, reverse=True)
            return next((root for root in self._known if path.startswith(root.rstrip(os.sep) + os.sep)), None)

    def fields(self, path: str, role: Role) -> Document:
        """`path`, and `path_b64` where that is not all of it."""
        if role is Role.ADMIN:
            return {**path_fields(path), "path": legible(path)}
        return {"path": self.relative(path)}

    def folder(self, path: str, role: Role) -> str:
        """A folder of the library's files as `fields` names what lies in it."""
        inside: str = self.fields(os.path.join(path, "_"), role)["path"]  # noqa: PTH118  a name of any bytes
        return inside.removesuffix("_").rstrip("/") or os.sep

    def shown(self, document: Any, role: Role) -> Any:
        """The document with every path in it as `role` may see it."""
        if isinstance(document, dict):
            rest = {key: self.shown(value, role) for key, value in document.items() if key not in ("path", "path_b64")}
            path = document.get("path")
            return {**(self.fields(path, role) if isinstance(path, str) else {}), **rest}
        if isinstance(document, (list, tuple)):
            return [self.shown(each, role) for each in document]
        return document
