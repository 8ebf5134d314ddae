"""`lookalike describe`: pictures to vectors in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.help import COMPARE, OUTPUT, PAIR, add_verb
from lookalike.app.cli.output import note, shown
from lookalike.errors import BadSetting, NotFitted, TooFew


def describe(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Pictures, and folders with pictures.")],
    describer: Annotated[
        str,
        typer.Option(
            "--with",
            metavar="NAME[:FIELD=VALUE]",
            rich_help_panel=COMPARE,
            help="Use this describer (list: describers).",
        ),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE.npz", rich_help_panel=OUTPUT, help="Write the vectors here.")
    ],
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="FIELD=VALUE", rich_help_panel=COMPARE, help="Set a field of the describer. Repeatable."
        ),
    ] = None,
) -> int:
    """Write the vectors of pictures to an .npz file.

    Its arrays are paths (n,), vectors (n, d) and space (JSON). No library is needed.
    """
    from lookalike.describe import DESCRIBERS
    from lookalike.search.atomic import write_atomically
    from lookalike.search.describe import describe_files, npz_bytes

    component = DESCRIBERS.spelled(describer, _settings(settings or []))
    try:
        described = describe_files(paths, component)
    except TooFew as error:
        fewer = f", or ask for fewer with --set components={error.most}" if error.most else ""
        raise NotFitted(f"{error.found}: name more pictures{fewer}") from error
    if described.paths:
        write_atomically(output, npz_bytes(described))
    for failure in described.failures:
        note(f"failed: {shown(failure.path)}: {failure.reason}")
    if not described.paths:
        note("lookalike: no picture could be described, so no file was written")
        return Exit.NOTHING_FOUND
    return Exit.SOME_FAILED if described.failures else Exit.DONE


def _settings(words: list[str]) -> dict[str, str]:
    settings = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not sign:
            raise BadSetting(f"--set takes FIELD=VALUE, e.g. --set bins=16, not {word!r}")
        settings[name] = value
    return settings


def add_to(app: typer.Typer) -> None:
    """Registers the verb."""
    add_verb(app, describe, "lookalike describe photos --with histogram --set bins=4 -o vectors.npz", group=PAIR)
