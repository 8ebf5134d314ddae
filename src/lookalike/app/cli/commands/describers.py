"""`lookalike describers`: what pictures can be compared by, whole or place by place."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from lookalike.app.cli.help import PAIR, add_verb
from lookalike.app.cli.options import Json, OutFile
from lookalike.app.cli.output import json_bytes, lines, write


def describers(
    local: Annotated[
        bool, typer.Option("--local", help="List local features instead, and the weights they lack.")
    ] = False,
    json: Json = False,
    output: OutFile = None,
) -> int:
    """List the describers that pictures can be compared by.

    Each row is name, dimension, metric, what is compared, source and fields.
    """
    from lookalike.app.describers import describer_rows
    from lookalike.app.documents import document

    rows = _local_rows() if local else describer_rows()
    if json:
        write(json_bytes(document("describers", **{"local" if local else "describers": rows})), output)
    else:
        write(lines(map(_local_paragraph if local else _paragraph, rows)), output)
    return 0


def _local_rows() -> list[dict[str, Any]]:
    from lookalike.local import DETECTORS, EXTRACTORS
    from lookalike.registry import settable

    made: dict[str, Any] = {name: DETECTORS.make(name) for name in DETECTORS}
    made |= {name: EXTRACTORS.make(name) for name in EXTRACTORS}
    return [
        {
            "name": name,
            "detects": name in DETECTORS,
            "extracts": name in EXTRACTORS,
            "source": component.source,
            "lacks": _lacks(component),
            "fields": {field.name: getattr(component, field.name) for field in settable(component)},
        }
        for name, component in sorted(made.items())
    ]


def _lacks(component: object) -> str | None:
    """How to get its weights, if it needs some that are not here."""
    from lookalike.errors import WeightsError

    try:
        getattr(component, "checkpoint", None)
    except WeightsError as error:
        return str(error)
    return None


def _paragraph(row: dict[str, Any]) -> str:
    return f"{row['name']:10} {row['dim']:5} {row['metric']:8} {row['compares']}; {row['source']} {_settings(row)}"


def _local_paragraph(row: dict[str, Any]) -> str:
    does = " and ".join(verb for verb in ("detects", "extracts") if row[verb])
    lacks = f"; {row['lacks']}" if row["lacks"] else ""
    return f"{row['name']:15} {does:20} {row['source']} {_settings(row)}{lacks}"


def _settings(row: dict[str, Any]) -> str:
    return f"[{', '.join(f'{name}={value}' for name, value in row['fields'].items())}]"


def add_to(app: typer.Typer) -> None:
    """Registers the verb."""
    add_verb(app, describers, "lookalike describers --local", group=PAIR, needs_arguments=False)
