"""`forget`, `status`, `doctor`, `verify`, `repair`, `compact`: looking after a library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.help import KEEP, add_verb
from lookalike.app.cli.options import Json, LibraryFolder, OutFile, common, open_chosen, remark
from lookalike.app.cli.output import failure_line, json_bytes, lines, note, shown, write
from lookalike.errors import BadSetting
from lookalike.figures import counted, file_size, score

if TYPE_CHECKING:
    from lookalike.index.derived import Measured

WIDE, REDUCED = "convnet", "pca:of=convnet:components=256:whiten=no"
"""Describer with many columns, and one with fewer of the same."""


def forget(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="PATH...", help="Files, and folders with everything below them.")
    ] = None,
    space: Annotated[
        list[str] | None,
        typer.Option("--space", metavar="NAME", help="Drop the vectors of this space of `status` instead. Repeat it."),
    ] = None,
    library: LibraryFolder = None,
    json: Json = False,
    output: OutFile = None,
) -> int:
    """Drop files or a space from the library; files stay on disk.

    A space is what one describer says of all pictures; `index` brings it back when that is named again.
    """
    from lookalike.app.documents import document

    if bool(paths) == bool(space):
        raise BadSetting("name files and folders to forget, or a space by --space, and not both")
    with open_chosen(library) as opened:
        if space:
            names = [each.name for each in opened.forget_spaces(space)]
            told = f"{', '.join(names)} forgotten; `compact` frees the room"
            write(json_bytes(document("forget", spaces=names)) if json else lines([told]), output)
            return Exit.DONE
        forgotten = opened.forget(paths or [])
    told = f"{counted(forgotten, 'file')} forgotten"
    write(json_bytes(document("forget", forgotten=forgotten)) if json else lines([told]), output)
    return Exit.DONE if forgotten else Exit.NOTHING_FOUND


def status(
    failures: Annotated[bool, typer.Option("--failures", help="List the files that gave no picture, and why.")] = False,
    library: LibraryFolder = None,
    json: Json = False,
    output: OutFile = None,
) -> int:
    """Show what the library holds."""
    from lookalike.app.documents import failures_document, status_document

    with open_chosen(library) as opened:
        held = opened.status()
        folder = str(opened.location)
        failed = opened.store.failures() if failures else []
    if json:
        listed = {"failures": failures_document(failed)} if failures else {}
        write(json_bytes(status_document(held, {"library": folder, **listed})), output)
        return Exit.DONE
    if failures:
        write(lines(map(failure_line, failed)), output)
        return Exit.DONE
    told = [f"{shown(folder)}: {held.images} pictures, {held.failed} failed, {held.bytes / 2**20:.1f} MiB"]
    width = max([10, *(len(row.name) for row in (*held.spaces, *held.local))])
    for row in held.spaces:
        kind = f"{row.space.dim} {row.space.metric}"
        told.append(f"  {row.name:{width}} {kind:14} {row.vectors} vectors, index {row.index}, {row.space.digest}")
        told += [f"    {line}" for line in _measured(row.built)]
        if row.built.remark and row.name == WIDE:
            told.append(f"    {REDUCED} instead of it keeps a fifth of its columns; `eval` tells what they find")
    for row in held.local:
        kind = f"{row.space.dim} {row.space.metric}"
        told.append(
            f"  {row.name:{width}} {kind:14} local features of {row.vectors}, index {row.index}, {row.space.digest}"
        )
    if held.planes:
        told.append(f"  small planes of {held.planes}")
    write(lines(told), output)
    return Exit.DONE


def _measured(built: Measured) -> list[str]:
    """Lines on an index that is not exact."""
    told = []
    if built.recall is not None and built.ms is not None:
        found = f"finds {score(built.recall)} of the ten best in {built.ms:.1f} ms"
        told.append(f"{built.settings}: {found}, {file_size(built.bytes)}; measured at {built.built_for:,} vectors")
    if built.marked:
        told.append(f"{built.marked:,} of its rows are gone and marked: it is built anew when they are a quarter")
    return told + ([built.remark] if built.remark else [])


def doctor(library: LibraryFolder = None, json: Json = False, output: OutFile = None) -> int:
    """Check the installation, and say how to mend it."""
    from lookalike.app.diagnosis import diagnose
    from lookalike.app.documents import document

    with open_chosen(library) as opened:
        checks = diagnose(opened)
    ok = all(check.ok for check in checks)
    if json:
        rows = [{"name": check.name, "ok": check.ok, "detail": check.detail} for check in checks]
        write(json_bytes(document("doctor", ok=ok, checks=rows)), output)
    else:
        write(lines(f"{'ok ' if check.ok else 'BAD'}  {check.name}: {check.detail}" for check in checks), output)
    return Exit.DONE if ok else Exit.DAMAGED


def verify(library: LibraryFolder = None, json: Json = False, output: OutFile = None) -> int:
    """Check every row of the library.

    Exit code 5 means that something is damaged.
    """
    from lookalike.app.documents import document

    with open_chosen(library) as opened:
        problems = opened.verify()
    if json:
        write(json_bytes(document("verify", ok=not problems, problems=problems)), output)
    else:
        write(lines(problems or ["no problem found"]), output)
    if problems:
        note("lookalike: run `lookalike repair`; the pictures themselves are untouched")
    return Exit.DAMAGED if problems else Exit.DONE


def repair(library: LibraryFolder = None, json: Json = False, output: OutFile = None) -> int:
    """Remove damaged rows, and describe their pictures again."""
    from lookalike.app.cli.interrupt import stop_on_interrupt
    from lookalike.app.cli.progress import bar
    from lookalike.app.documents import document, path_fields
    from lookalike.search.ingest.options import Options

    with open_chosen(library) as opened, bar(common().quiet) as advance, stop_on_interrupt() as should_stop:
        problems = opened.verify()
        options = Options(on_commit=advance, should_stop=should_stop)
        report = opened.repair(options)  # even without a problem: an earlier one may have been stopped half-way
    failures = report.failures
    if json:
        failed = [{**path_fields(each.path), "reason": each.reason, "detail": each.detail} for each in failures]
        write(json_bytes(document("repair", problems=problems, failures=failed)), output)
    else:
        told = [f"{counted(len(problems), 'problem')} mended" if problems else "no problem found"]
        told += [f"{counted(report.added, 'file')} read again"] * bool(report.added)
        write(lines([*problems, *told]), output)
    for failure in failures:
        remark(f"failed: {shown(failure.path)}: {failure.reason}")
    if problems:
        remark("run `lookalike index` on your folders: what was known of a file may have gone with a damaged row")
    if report.interrupted:
        return Exit.INTERRUPTED
    return Exit.SOME_FAILED if failures else Exit.DONE


def compact(library: LibraryFolder = None, json: Json = False, output: OutFile = None) -> int:
    """Free the space of what no file of the library needs."""
    from lookalike.app.documents import document

    with open_chosen(library) as opened:
        freed = opened.compact()
    if json:
        write(json_bytes(document("compact", freed=freed)), output)
    else:
        write(lines([f"{freed / 2**20:.1f} MiB freed"]), output)
    return Exit.DONE


def add_to(app: typer.Typer) -> None:
    """Registers the verbs."""
    add_verb(app, status, "lookalike status --json", group=KEEP, needs_arguments=False)
    add_verb(app, forget, "lookalike forget ~/Pictures/old", "lookalike forget --space trained", group=KEEP)
    add_verb(app, doctor, "lookalike doctor", group=KEEP, needs_arguments=False)
    add_verb(app, verify, "lookalike verify", group=KEEP, needs_arguments=False)
    add_verb(app, repair, "lookalike repair", group=KEEP, needs_arguments=False)
    add_verb(app, compact, "lookalike compact", group=KEEP, needs_arguments=False)
