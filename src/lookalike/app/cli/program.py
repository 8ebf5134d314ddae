"""The program: its verbs, its own options, and how it ends."""

from __future__ import annotations

import contextlib
import re
import sys
import traceback
import warnings
from collections.abc import Sequence
from typing import Annotated, NoReturn, TextIO

import typer

from lookalike import telemetry
from lookalike.app.cli import start
from lookalike.app.cli.commands import (
    adapt,
    calibrate,
    classify,
    compare,
    copy_library,
    describe,
    describers,
    dupes,
    eval,
    index,
    judgements,
    label,
    locate,
    match,
    models,
    objects,
    profiles,
    resolve,
    roots,
    search,
    serve,
    show,
    train,
    tune,
    upkeep,
    watch,
    words,
)
from lookalike.app.cli.exits import Exit, exit_for, name_of, path_of
from lookalike.app.cli.help import KEEP, Verbs
from lookalike.app.cli.options import Common, LibraryFolder, Quiet, Verbose, common, remark, remember
from lookalike.app.cli.output import ReaderGone, json_bytes, json_line, note, write
from lookalike.errors import ChannelLeftOut

app = typer.Typer(
    name="lookalike",
    cls=Verbs,
    help="Find similar images: what kind of match, where in the picture, how sure, and why.",
    epilog="Start with: lookalike index ~/Pictures, then: lookalike search PHOTO --html result.html. "
    "No pictures at hand? lookalike samples DIR draws some.",
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
        bool, typer.Option("--version", help="Print the version and exit.", callback=_version, is_eager=True)
    ] = False,
    __: Annotated[bool, typer.Option("--json", hidden=True)] = False,
) -> None:
    remember(Common(library, quiet, verbose))


for module in (
    search,
    serve,
    dupes,
    resolve,
    classify,
    locate,
    compare,
    match,
    show,
    describe,
    describers,
    eval,
    calibrate,
    tune,
    adapt,
    train,
    index,
    watch,
    upkeep,
    copy_library,
):
    module.add_to(app)
app.add_typer(models.app, name="models", rich_help_panel=KEEP)
app.add_typer(words.app, name="words", rich_help_panel=KEEP)
app.add_typer(label.app, name="label", rich_help_panel=KEEP)
app.add_typer(judgements.app, name="judgements", rich_help_panel=KEEP)
app.add_typer(profiles.app, name="profiles", rich_help_panel=KEEP)
app.add_typer(objects.app, name="objects", rich_help_panel=KEEP)
app.add_typer(roots.app, name="roots", rich_help_panel=KEEP)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs the program and ends the process with the code of the contract."""
    telemetry.turn_off()
    _tell_plainly()
    given = arranged(list(sys.argv[1:] if arguments is None else arguments))
    code = _run(given)
    start.ignore_interrupt()
    sys.exit(code)


def _tell_plainly() -> None:
    """Has a warning of ours shown as its sentence alone."""
    shown = warnings.showwarning

    def tell(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if issubclass(category, ChannelLeftOut):
            remark(str(message))
        else:
            shown(message, category, filename, lineno, file, line)

    warnings.showwarning = tell


def arranged(arguments: list[str]) -> list[str]:
    """`-q` and `-v` before the verb and `--json` behind it, wherever they stood: all verbs take them."""
    words, operands = _split(arguments)
    flags = [word for word in words if word in ("--quiet", "--verbose") or re.fullmatch("-[qv]+", word)]
    words = [word for word in words if word not in flags]
    at = _place_of_verb(words)
    if at == len(words):
        return flags + words + operands
    own = [word for word in words[:at] if word != "--json"]
    return flags + own + words[at:] + ["--json"] * (len(own) < at) + operands


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Words that may be options, and words that are none: `--` and all behind it."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return arguments[:end], arguments[end:]


def _place_of_verb(words: list[str]) -> int:
    """The place of the first word that is neither an option of the program nor its value."""
    at = 0
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] == "--library" else 1
    return min(at, len(words))


def _run(arguments: list[str]) -> int:
    try:
        start.raise_on_interrupt()
        start.check_space()
        outcome = app(arguments, standalone_mode=False)
    except typer.TyperException as error:
        return _misused(error, arguments)
    except (KeyboardInterrupt, typer.Abort):
        note("interrupted")
        return Exit.INTERRUPTED
    except ReaderGone:
        return Exit.DONE
    except Exception as error:  # noqa: BLE001  the last door: every error becomes a sentence and a code
        return _failed(error, arguments)
    return outcome if isinstance(outcome, int) else Exit.DONE


def _misused(error: typer.TyperException, arguments: list[str]) -> int:
    """Shows a usage error, or the help of a verb without arguments."""
    show = getattr(error, "show", None)
    if show is not None:
        show()
    _document("usage", str(getattr(error, "message", error)), None, arguments)
    return Exit.WRONG_USE


def _failed(error: Exception, arguments: list[str]) -> int:
    if start.was_interrupted(error):
        note("interrupted")
        return Exit.INTERRUPTED
    code = exit_for(error)
    message = _sentence(error)
    if code is None or common().verbose:
        note(traceback.format_exc().rstrip())
    if code is None:
        message = f"a defect of the program, please report it: {error!r}"
    note(f"lookalike: {message}")
    _document(name_of(error), message, path_of(error), arguments)
    return Exit.WRONG_USE if code is None else code


def _sentence(error: Exception) -> str:
    """The error in words, without the number that the system gives it."""
    if isinstance(error, OSError) and error.strerror:
        name = error.filename if isinstance(error.filename, (str, bytes)) else ""
        return f"{name!r}: {error.strerror}" if name else error.strerror
    return str(error) or type(error).__name__


def _document(code: str, message: str, path: str | None, arguments: list[str]) -> None:
    """Writes the error to stdout as well, where JSON was asked for and somebody reads it."""
    from lookalike.app.documents import error_document

    words, _ = _split(arguments)
    with contextlib.suppress(ReaderGone, OSError):
        if "--json" in words:
            write(json_bytes(error_document(code, message, path)))
        elif "--jsonl" in words:
            write(json_line(error_document(code, message, path)))
