"""The command line (see docs/cli.md). Nothing heavy is imported before a verb needs it."""

from collections.abc import Sequence
from typing import NoReturn

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs the program and ends the process with the code of the contract."""
    from lookalike.app.cli import start

    start.end_on_interrupt()
    start.with_streams()
    from lookalike.app.cli import program

    program.main(arguments)
