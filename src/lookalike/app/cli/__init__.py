"""The command line (see docs/cli.md). Nothing heavy is imported before a verb needs it."""

from lookalike.app.cli.program import main

__all__ = ["main"]
