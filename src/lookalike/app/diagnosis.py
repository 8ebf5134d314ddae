"""Facts for `doctor`: the installation, the machine, the library."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from lookalike.errors import LibraryMissing, LookalikeError
from lookalike.search.library import Library

PACKAGES = ("numpy", "pillow", "pi-heif", "simplejpeg", "opencv-contrib-python-headless", "faiss-cpu", "onnxruntime")
SCARCE = 2**30


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; `detail` says what was found, and what to do when it is not well."""

    name: str
    ok: bool
    detail: str


def diagnose(library: Library) -> list[Check]:
    """Every check, in the order in which trouble should be mended."""
    return [
        *_packages(),
        _sqlite(),
        _one_cv2(),
        _describers(),
        _decoding(),
        _disk(library.location.cache),
        _library(library),
    ]


def _packages() -> Iterator[Check]:
    for name in PACKAGES:
        try:
            yield Check(name, True, version(name))
        except PackageNotFoundError:
            yield Check(name, False, f"not installed: pip install {name}")


def _sqlite() -> Check:
    return Check(
        "sqlite", sqlite3.sqlite_version_info >= (3, 35), f"{sqlite3.sqlite_version} (3.35 or newer is needed)"
    )


def _one_cv2() -> Check:
    names = ("opencv-python", "opencv-python-headless", "opencv-contrib-python", "opencv-contrib-python-headless")
    there = [name for name in names if _is_installed(name)]
    what = "installed" if len(there) == 1 else "share one folder; uninstall all, then install the last named alone"
    return Check("one OpenCV", len(there) == 1, f"{', '.join(there)}: {what}")


def _is_installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def _describers() -> Check:
    from lookalike.describe import DESCRIBERS
    from lookalike.search.components import DEFAULT_DESCRIBERS
    from lookalike.types import Picture

    grey = Picture(np.full((64, 64, 3), 128, np.uint8), (64, 64))
    return _attempt("describers", lambda: [DESCRIBERS.make(name).describe([grey]) for name in DEFAULT_DESCRIBERS])


def _decoding() -> Check:
    from lookalike.pixels.limits import Limits
    from lookalike.search.query.decoder import PictureDecoder

    pgm = b"P5 2 2 255 " + bytes(4)
    decoder = PictureDecoder(Limits())
    try:
        return _attempt("decoding in a worker", lambda: decoder.decode(pgm, None))
    finally:
        decoder.close()


def _attempt(name: str, action: Callable[[], object]) -> Check:
    try:
        action()
    except (LookalikeError, OSError, ImportError, RuntimeError) as error:
        return Check(name, False, str(error))
    return Check(name, True, "works")


def _disk(folder: Path) -> Check:
    there = folder.absolute()
    while not there.exists():
        there = there.parent
    free = shutil.disk_usage(there).free
    writable = os.access(there, os.W_OK)
    advice = "" if writable else f"; {there} cannot be written to: a library there can be searched, and not added to"
    is_well = writable or there == folder.absolute()
    return Check("disk", free > SCARCE and is_well, f"{free / 2**30:.1f} GiB free{advice}")


def _library(library: Library) -> Check:
    try:
        status = library.status()
    except LibraryMissing:
        return Check("library", True, f"none yet in {library.location}; `lookalike index PATH` makes it")
    except LookalikeError as error:
        return Check("library", False, str(error))
    incomplete = [held.name for held in status.spaces if held.vectors < status.images and not held.vectors]
    if incomplete:
        return Check("library", False, f"no vectors for {', '.join(incomplete)}: run `lookalike index` on its folders")
    return Check("library", True, f"{status.images} pictures in {library.location}")
