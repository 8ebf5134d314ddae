"""The library as somebody sees it who looks after it: folders, failures, what is known of its scores, disk space."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from dataclasses import dataclass

from lookalike.app.documents import Document, document
from lookalike.app.server.roles import Role
from lookalike.app.server.service import Service
from lookalike.search.calibration.thresholds import Known, known_calibration
from lookalike.search.components import describers_of, extractor_of
from lookalike.search.ranking.channels import channels_of
from lookalike.types import Failure


@dataclass(frozen=True)
class KeptFolder:
    """A folder that holds files of the library, or may be indexed; `files` are those of the library."""

    path: str
    files: int
    is_there: bool


def kept_folders(service: Service) -> dict[str, KeptFolder]:
    """By the id by which it is indexed."""
    files = {root.path: root.files for root in service.library.roots()}
    return {
        id: KeptFolder(path, files.get(path, 0), os.path.isdir(path))  # noqa: PTH112  bytes of a name stay as they are
        for id, path in service.folders().items()
    }


def folder_fields(service: Service, folder: KeptFolder, role: Role) -> Document:
    """A folder by its name alone, for all but admin."""
    shown = folder.path if role is Role.ADMIN else os.path.basename(folder.path)  # noqa: PTH119
    return {**service.names.fields(shown, Role.ADMIN), "is_there": folder.is_there, "files": folder.files}


def upkeep_document(service: Service, role: Role) -> Document:
    """Folders, failures by reason, calibration, and bytes that are free; the numbers are those of /api/status."""
    store = service.library.store
    reasons = Counter(failure.reason for failure in store.failures())
    return document(
        "upkeep",
        folders=[folder_fields(service, folder, role) for folder in kept_folders(service).values()],
        failures=[{"reason": reason, "files": count} for reason, count in reasons.most_common()],
        calibration=_calibration(service),
        free=shutil.disk_usage(service.library.folder).free,
    )


def _calibration(service: Service) -> Document | None:
    """Calibration of the question that is asked without further words: one picture, with proof where there is some."""
    store = service.library.store
    describers, extractor = describers_of(store), extractor_of(store)
    if not describers:
        return None
    known = known_calibration(store, channels_of(describers), None if extractor is None else extractor.space)
    return None if known is None else _calibration_fields(known)


def _calibration_fields(known: Known) -> Document:
    made = known.calibration
    return {"claim": made.claim, "questions": made.questions, "pictures": made.pictures, "holds": known.holds}


def failures_document(service: Service, reason: str | None, start: int, count: int, role: Role) -> Document:
    """`count` failures from `start` on, by path; details, which name folders of the machine, are for admin."""
    found = [each for each in service.library.store.failures() if reason is None or each.reason == reason]
    part = [_failure(service, each, role) for each in found[start : start + count]]
    return document("failures", total=len(found), failures=part)


def _failure(service: Service, failure: Failure, role: Role) -> Document:
    detail = failure.detail if role is Role.ADMIN else None
    return {**service.names.fields(failure.path, role), "reason": failure.reason, "detail": detail}
