"""Whether the files of answers are still as they were indexed, by a look at each."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

from lookalike.types import Answer, FileState, Record

SINCE: dict[FileState, str] = {
    "changed": "the file has changed since it was indexed",
    "gone": "the file is gone since it was indexed",
}


def state_of(record: Record) -> FileState:
    """By size and time of change: a disk that is mounted anew numbers its files anew."""
    if not record.has_file:
        return "unchanged"
    try:
        now = os.lstat(record.path)
    except (OSError, ValueError):
        return "gone"
    is_same = (now.st_size, now.st_mtime_ns) == (record.stamp.bytes, record.stamp.mtime_ns)
    return "unchanged" if is_same else "changed"


def with_file_states(answers: Sequence[Answer]) -> list[Answer]:
    """The answers, and those folded under them, each saying so where its file is gone or has changed."""
    return [_with_state(answer) for answer in answers]


def _with_state(answer: Answer) -> Answer:
    state = state_of(answer.record)
    why = answer.why if state == "unchanged" else f"{answer.why}; {SINCE[state]}"
    return replace(answer, file=state, why=why, also=tuple(with_file_states(answer.also)))
