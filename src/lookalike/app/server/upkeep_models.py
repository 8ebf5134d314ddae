"""Documents of somebody who looks after the library, as typed models."""

from __future__ import annotations

from lookalike.app.server.models import Document, File, Part


class KeptFolder(File):
    """A folder of the library's files, with how many there are."""

    files: int
    is_there: bool


class Failures(Part):
    """How many files gave no picture for one reason."""

    reason: str
    files: int


class Calibration(Part):
    """Calibration of the probabilities of answers; it `holds` no more once the library has grown much."""

    claim: str
    questions: int
    pictures: int
    holds: bool


class Upkeep(Document):
    """Folders, failures, calibration, and the bytes that are free on the library's disk."""

    folders: list[KeptFolder]
    failures: list[Failures]
    calibration: Calibration | None
    free: int


class Failure(File):
    """A file that gave no picture, and why; the detail is for admin."""

    reason: str
    detail: str | None


class FailureList(Document):
    """Files that gave no picture, and how many there are in all."""

    total: int
    failures: list[Failure]
