"""The program: its verbs, what stands before them, and how it ends."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer

from lookalike import telemetry
from lookalike.app.cli import start
from lookalike.app.cli.commands import (
    calibrate,
    compare,
    describe,
    describers,
    dupes,
    eval,
    index,
    locate,
    match,
    models,
    roots,
    search,
    upkeep,
)
from lookalike.app.cli.exits import Exit, exit_for
from lookalike.app.cli.options import Common, LibraryFolder, Quiet, Verbose, remember
from lookalike.app.cli.output import ReaderGone, json_bytes, note, write

app = typer.Typer(
    name="lookalike",
    help="Find similar images: what kind of match, where in the picture, how sure, and why.",
    epilog="Start with: lookalike index ~/Pictures, then: lookalike search PHOTO --html result.html",
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help answers in half the time (docs/decisions/0002)
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        number = version("lookalike")
        as_json = "--json" in sys.argv
        document = {"schema": "lookalike/version/1", "version": number}
        write(json_bytes(document) if as_json else f"lookalike {number}\n".encode())
        raise typer.Exit


@app.callback()
def _common(
    library: LibraryFolder = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    _: Annotated[
        bool, typer.Option("--version", help="The version, and end.", callback=_version, is_eager=True)
    ] = False,
    __: Annotated[bool, typer.Option("--json", hidden=True)] = False,
) -> None:
    remember(Common(library, quiet, verbose))


for module in (index, search, dupes, compare, locate, match, calibrate, describe, eval, upkeep, describers):
    module.add_to(app)
app.add_typer(models.app, name="models")
app.add_typer(roots.app, name="roots")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs the program and ends the process with the code of the contract."""
    telemetry.turn_off()
    given = hoisted(list(sys.argv[1:] if arguments is None else arguments))
    code = _run(given)
    start.ignore_interrupt()
    sys.exit(code)


def hoisted(arguments: list[str]) -> list[str]:
    """`--quiet` and `-v` first, wherever they stood: they go with every verb."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    flags = [word for word in arguments[:end] if word in ("--quiet", "-v", "--verbose")]
    return flags + [word for word in arguments[:end] if word not in flags] + arguments[end:]


def _run(arguments: list[str]) -> int:
    try:
        start.raise_on_interrupt()
        start.check_space()
        outcome = app(arguments, standalone_mode=False)
    except typer.TyperException as error:
        _show(error)
        return Exit.WRONG_USE
    except (KeyboardInterrupt, typer.Abort):
        note("interrupted")
        return Exit.INTERRUPTED
    except ReaderGone:
        return Exit.DONE
    except Exception as error:  # noqa: BLE001  the last door: every error becomes a sentence and a code
        return _failed(error, verbose="-v" in arguments or "--verbose" in arguments)
    return outcome if isinstance(outcome, int) else Exit.DONE


def _show(error: typer.TyperException) -> None:
    """A usage error, or the help of a verb without arguments."""
    show = getattr(error, "show", None)
    if show is not None:
        show()


def _failed(error: Exception, *, verbose: bool) -> int:
    if start.was_interrupted(error):
        note("interrupted")
        return Exit.INTERRUPTED
    code = exit_for(error)
    if code is None or verbose:
        note(traceback.format_exc().rstrip())
    if code is None:
        note(f"lookalike: a defect of the program, please report it: {error!r}")
        return Exit.WRONG_USE
    note(f"lookalike: {_sentence(error)}")
    return code


def _sentence(error: Exception) -> str:
    """What the error says, without the number of the system's."""
    if isinstance(error, OSError) and error.strerror:
        name = error.filename if isinstance(error.filename, (str, bytes)) else ""
        return f"{name!r}: {error.strerror}" if name else error.strerror
    return str(error) or type(error).__name__
