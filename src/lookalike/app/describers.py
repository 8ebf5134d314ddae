"""Rows of the table of describers, for the command line and for the service."""

from __future__ import annotations

from contextlib import suppress
from typing import Any


def describer_rows() -> list[dict[str, Any]]:
    """Each describer that there is, with its fields as they are unless set."""
    from lookalike.describe import DESCRIBERS
    from lookalike.errors import LookalikeError
    from lookalike.models.towers.added import added, all_added
    from lookalike.registry import settable

    made = [DESCRIBERS.make(name) for name in DESCRIBERS]
    for model in all_added():
        with suppress(LookalikeError):  # one that changed since, which `models list` tells
            made.append(DESCRIBERS.make("clip", {"model": added(model.name).name}))

    return [
        {
            "name": describer.name,
            "dim": describer.space.dim,
            "metric": describer.space.metric,
            "compares": describer.compares,
            "source": describer.source,
            "digest": describer.space.digest,
            "fields": {field.name: getattr(describer, field.name) for field in settable(describer)},
        }
        for describer in made
    ]
