"""`lookalike describers`: what pictures can be compared by."""

from __future__ import annotations

from typing import Any

import typer

from lookalike.app.cli.options import Json, OutFile
from lookalike.app.cli.output import json_bytes, lines, write


def describers(json: Json = False, output: OutFile = None) -> int:
    """List the describers: name, dimension, metric, what they compare, where they come from."""
    from lookalike.app.documents import document

    rows = _rows()
    if json:
        write(json_bytes(document("describers", describers=rows)), output)
    else:
        write(lines(_paragraph(row) for row in rows), output)
    return 0


def _rows() -> list[dict[str, Any]]:
    from lookalike.describe import DESCRIBERS
    from lookalike.registry import settable

    return [
        {
            "name": name,
            "dim": describer.space.dim,
            "metric": describer.space.metric,
            "compares": describer.compares,
            "source": describer.source,
            "digest": describer.space.digest,
            "fields": {field.name: getattr(describer, field.name) for field in settable(describer)},
        }
        for name in DESCRIBERS
        for describer in [DESCRIBERS.make(name)]
    ]


def _paragraph(row: dict[str, Any]) -> str:
    settings = ", ".join(f"{name}={value}" for name, value in row["fields"].items())
    return f"{row['name']:10} {row['dim']:5} {row['metric']:8} {row['compares']}; {row['source']} [{settings}]"


def add_to(app: typer.Typer) -> None:
    """Registers the verb."""
    app.command()(describers)
