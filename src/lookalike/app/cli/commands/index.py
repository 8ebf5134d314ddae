"""`lookalike index`: files into the library."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.help import COMPARE, KEEP, add_verb
from lookalike.app.cli.interrupt import stop_on_interrupt
from lookalike.app.cli.options import Json, JsonLines, LibraryFolder, OutFile, common, open_chosen, remark
from lookalike.app.cli.output import ReaderGone, json_bytes, json_line, lines, shown, write

if TYPE_CHECKING:
    from lookalike.search.ingest.run import IndexReport, Progress
    from lookalike.search.library import Library


def index(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Pictures, and folders with pictures.")],
    describer: Annotated[
        list[str] | None,
        typer.Option(
            "--describer",
            metavar="NAME[:FIELD=VALUE]",
            rich_help_panel=COMPARE,
            help="Describe by this too. A new library has only those you name [default: convnet, histogram, phash].",
        ),
    ] = None,
    local: Annotated[
        bool | None,
        typer.Option(
            "--local/--no-local",
            rich_help_panel=COMPARE,
            help="Keep local features, which find copies and parts [default: on].",
        ),
    ] = None,
    features: Annotated[
        str | None,
        typer.Option(
            "--features",
            metavar="NAME",
            rich_help_panel=COMPARE,
            help="Keep these local features instead of the present ones [default: sift].",
        ),
    ] = None,
    planes: Annotated[
        bool | None,
        typer.Option(
            "--planes/--no-planes",
            rich_help_panel=COMPARE,
            help="Keep small grey planes, which `locate -l` searches [default: on].",
        ),
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, metavar="N", help="Decode and describe in N processes.")
    ] = os.cpu_count() or 1,
    max_pixels: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Largest picture that is decoded whole, in pixels [default: 50 million]."
        ),
    ] = None,
    max_bytes: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Largest file that is read, in bytes [default: 512 MiB].")
    ] = None,
    timeout: Annotated[
        float | None, typer.Option(min=0.1, metavar="SECONDS", help="Give up on a file after so long [default: 30].")
    ] = None,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try again the files that failed before.")
    ] = False,
    library: LibraryFolder = None,
    json: Json = False,
    jsonl: JsonLines = False,
    output: OutFile = None,
) -> int:
    """Add new and changed pictures; note moved and deleted ones.

    A second run only looks at what changed. After Ctrl-C or a kill the next run resumes.
    """
    from lookalike.app.cli.progress import bar
    from lookalike.app.documents import index_document
    from lookalike.pixels.limits import Limits
    from lookalike.search.ingest.run import Options

    defaults = Limits()
    limits = replace(
        defaults,
        pixels=max_pixels or defaults.pixels,
        bytes=max_bytes or defaults.bytes,
        seconds=timeout or defaults.seconds,
    )
    with open_chosen(library) as opened, bar(common().quiet) as advance, stop_on_interrupt() as should_stop:

        def committed(progress: Progress) -> None:
            advance(progress)
            if jsonl:
                done = "committed" if progress.of == "vectors" else progress.of.replace(" ", "_")
                line = {done: progress.committed, "total": progress.total, "failed": progress.failed}
                with suppress(ReaderGone):  # what is indexed is worth having, whoever watches
                    write(json_line(line))

        options = Options(workers, limits, retry_failed, committed, should_stop)
        report = opened.index(
            paths, describers=describer or (), local=local, features=features, planes=planes, options=options
        )
        alone = _alone(opened) if describer else None
    if json:
        write(json_bytes(index_document(report)), output)
    elif jsonl:
        write(json_line(index_document(report)))
    else:
        write(lines(_summary(report)), output)
    _list_failures(report)
    if alone is not None:
        remark(alone)
    if report.interrupted:
        remark("interrupted: run the same command again, and it goes on where it was")
        return Exit.INTERRUPTED
    return Exit.SOME_FAILED if report.failed or report.failures else Exit.DONE


def _summary(report: IndexReport) -> list[str]:
    counts = ("added", "updated", "moved", "unchanged", "skipped", "failed")
    told = ", ".join(f"{getattr(report, name)} {name}" for name in counts if getattr(report, name))
    gone = f"; {report.removed} vanished" if report.removed else ""
    return [f"{report.seen} files: {told or 'nothing to do'}{gone} ({report.seconds:.1f} s)"]


def _alone(library: Library) -> str | None:
    """A sentence for who wanted one describer more, and made a library that has no other."""
    from lookalike.search.ranking.channels import DEFAULT_DESCRIBERS, by_name, describers_of

    names = list(by_name(describers_of(library.store)))
    if not names or not set(DEFAULT_DESCRIBERS).isdisjoint(names):
        return None
    defaults = " ".join(f"--describer {name}" for name in DEFAULT_DESCRIBERS)
    return f"searches will compare by {', '.join(names)} alone; the usual ones too: lookalike index PATH {defaults}"


def _list_failures(report: IndexReport) -> None:
    for failure in report.failures:
        remark(
            f"failed: {shown(failure.path)}: {failure.reason}{f' ({shown(failure.detail)})' if failure.detail else ''}"
        )


def add_to(app: typer.Typer) -> None:
    """Registers the verb."""
    add_verb(
        app,
        index,
        "lookalike index ~/Pictures",
        "lookalike index ~/Pictures --describer palette --workers 4",
        group=KEEP,
    )
