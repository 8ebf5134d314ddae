"""Edited versions beside their originals: photo.jpg, photo_resize.jpg, photo_hflip.jpg."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import ClassVar

from lookalike.datasets.labelled import among
from lookalike.datasets.reader import Files
from lookalike.datasets.retrieval import Retrieval

MOST = 2000
"""Names that are looked at."""
SHARE = 0.1
"""Share of the pictures that are variants at least, for a folder to be read so."""
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".avif", ".heic"}


@dataclass(frozen=True)
class Variants:
    """Files whose stem is that of another one and something after an underscore."""

    name: ClassVar[str] = "variants"
    about: ClassVar[str] = "photo.jpg beside photo_small.jpg"

    def recognises(self, root: Path) -> bool:
        """Several are; and the folders are no classes, since one picture's versions may lie in several."""
        folders = [root, *(entry for entry in sorted(root.iterdir()) if entry.is_dir())] if root.is_dir() else []
        names = [entry.stem for folder in folders[:8] for entry in folder.iterdir() if entry.suffix.lower() in SUFFIXES]
        stems = names[:MOST]
        return sum(stem != source for stem, source in _sources(stems).items()) >= max(2, SHARE * len(stems))

    def tasks(self, files: Files) -> Mapping[str, Retrieval]:
        """Each asks for the other versions of its picture."""
        stem_of = {path: PurePosixPath(relative).stem for relative, path in files.relative()}
        sources = _sources(stem_of.values())
        labels = {path: sources[stem] for path, stem in stem_of.items()}
        return {"groups": among(files.name, "groups", labels, files.digests, {})}


def _sources(stems: Iterable[str]) -> dict[str, str]:
    """The shortest of the stems that each begins with, up to an underscore."""
    known = set(stems)
    return {stem: _source(stem, known) for stem in known}


def _source(stem: str, known: set[str]) -> str:
    cuts = [stem[:at] for at, letter in enumerate(stem) if letter == "_" and at]
    return next((cut for cut in cuts if cut in known), stem)
