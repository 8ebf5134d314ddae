"""`lookalike index`: files into the library."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.help import COMPARE, KEEP, SPEED, add_verb
from lookalike.app.cli.interrupt import stop_on_interrupt
from lookalike.app.cli.options import Json, JsonLines, LibraryFolder, OutFile, common, open_chosen, remark
from lookalike.app.cli.output import ReaderGone, failure_line, json_bytes, json_line, lines, shown, write

if TYPE_CHECKING:
    from lookalike.search.ingest.options import Progress
    from lookalike.search.ingest.report import IndexReport
    from lookalike.search.ingest.scan import Skipped
    from lookalike.search.library import Library


def index(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Pictures, and folders with pictures.")],
    describer: Annotated[
        list[str] | None,
        typer.Option(
            "--describer",
            metavar="NAME[:FIELD=VALUE]",
            rich_help_panel=COMPARE,
            help="Describe by this too. A new library has only those you name "
            "[default: convnet, histogram, phash, class_words].",
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
    recall: Annotated[
        float | None,
        typer.Option(
            "--recall",
            metavar="SHARE",
            rich_help_panel=SPEED,
            help="Find this share of the ten best [default: 0.98]. Asked of 20,000 pictures and more.",
        ),
    ] = None,
    memory: Annotated[
        str | None,
        typer.Option(
            "--memory",
            metavar="SIZE",
            rich_help_panel=SPEED,
            help="Memory for all indexes of vectors, as 4GB [default: a quarter of the machine's].",
        ),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--index",
            metavar="NAME[:FIELD=VALUE]",
            rich_help_panel=SPEED,
            help="Use this kind of index instead of the one that is chosen [default: auto].",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Decode and describe in N processes [default: one a core]."),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            metavar="ray[://HOST[:PORT]]",
            help="Decode and describe on the machines of a Ray cluster; ray alone begins one here.",
        ),
    ] = None,
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
    drop: Annotated[
        bool, typer.Option("--drop", help="Also drop vanished files where most of their folder vanished with them.")
    ] = False,
    library: LibraryFolder = None,
    json: Json = False,
    jsonl: JsonLines = False,
    output: OutFile = None,
) -> int:
    """Add new and changed pictures; note moved and deleted ones.

    A second run only looks at what changed. After Ctrl-C or a kill the next run resumes.

    Where most of a folder vanished, its drive may not be connected: its files are kept unless --drop is given.
    """
    from lookalike.app.cli.progress import bar, progress_line
    from lookalike.app.documents import index_document
    from lookalike.pixels.limits import Limits
    from lookalike.search.ingest.options import Cluster, Options

    defaults = Limits()
    limits = replace(
        defaults,
        pixels=max_pixels or defaults.pixels,
        bytes=max_bytes or defaults.bytes,
        seconds=timeout or defaults.seconds,
    )
    acknowledged: list[bytes] = []  # for a file, which is written whole or not at all
    with open_chosen(library) as opened, bar(common().quiet) as advance, stop_on_interrupt() as should_stop:

        def committed(progress: Progress) -> None:
            advance(progress)
            if jsonl:
                line = progress_line(progress)
                if output is None:
                    with suppress(ReaderGone):  # what is indexed is worth having, whoever watches
                        write(line)
                else:
                    acknowledged.append(line)

        options = Options(
            workers or os.cpu_count() or 1,
            limits,
            retry_failed,
            committed,
            should_stop,
            drop,
            _name if common().verbose else _say_nothing,
            cluster=Cluster(on, workers) if on else None,
        )
        report = opened.index(
            paths,
            describers=describer or (),
            local=local,
            features=features,
            planes=planes,
            recall=recall,
            memory=None if memory is None else _bytes_of(memory),
            index=kind,
            options=options,
        )
        alone = _alone(opened) if describer else None
    if json:
        write(json_bytes(index_document(report)), output)
    elif jsonl:
        write(b"".join([*acknowledged, json_line(index_document(report))]), output)
    else:
        write(lines(_summary(report)), output)
    _list_failures(report)
    _list_kept(report)
    if alone is not None:
        remark(alone)
    if report.interrupted:
        remark("interrupted: run the same command again, and it goes on where it was")
        return Exit.INTERRUPTED
    return Exit.SOME_FAILED if report.failures or report.kept else Exit.DONE


def _bytes_of(words: str) -> int:
    from lookalike.errors import BadSetting
    from lookalike.figures import bytes_of

    try:
        return bytes_of(words)
    except ValueError as error:
        raise BadSetting(f"--memory: {error}") from error


def _summary(report: IndexReport) -> list[str]:
    counts = ("added", "updated", "moved", "unchanged", "skipped", "failed")
    told = ", ".join(f"{getattr(report, name)} {name}" for name in counts if getattr(report, name))
    gone = f"; {report.removed} vanished" if report.removed else ""
    return [f"{report.seen} files: {told or 'nothing to do'}{gone} ({report.seconds:.1f} s)"]


def changes_of(report: IndexReport) -> str:
    """Counts of a run's changes, in words."""
    counts = {name: getattr(report, name) for name in ("added", "updated", "moved")}
    counts |= {"vanished": report.removed, "failed": len(report.new_failures)}
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    return f"{told} ({report.seconds:.1f} s)"


def _alone(library: Library) -> str | None:
    """A sentence for who wanted one describer more, and made a library that has no other."""
    from lookalike.search.components import DEFAULT_DESCRIBERS, by_name, describers_of

    names = list(by_name(describers_of(library.store)))
    if not names or not set(DEFAULT_DESCRIBERS).isdisjoint(names):
        return None
    defaults = " ".join(f"--describer {name}" for name in DEFAULT_DESCRIBERS)
    return f"searches will compare by {', '.join(names)} alone; the usual ones too: lookalike index PATH {defaults}"


def _list_failures(report: IndexReport) -> None:
    """Lists the failures of this run in full, and counts those that were told before."""
    for failure in report.new_failures:
        remark(f"failed: {failure_line(failure)}")
    before = len(report.failures) - len(report.new_failures)
    if before:
        remark(f"{before} files failed before and are as they were: `lookalike status --failures` lists them")


def _list_kept(report: IndexReport) -> None:
    for folder, count in report.kept:
        remark(
            f"{count} files vanished from {shown(folder)} and are kept in the library: is its drive connected? "
            "If they are deleted, run the same command with --drop"
        )


def _name(skipped: Skipped) -> None:
    remark(f"skipped: {shown(skipped.path)}: {skipped.rule}")


def _say_nothing(_: Skipped) -> None: ...


def add_to(app: typer.Typer) -> None:
    """Registers the verb."""
    add_verb(
        app,
        index,
        "lookalike index ~/Pictures",
        "lookalike index ~/Pictures --describer palette --workers 4",
        "lookalike index ~/Pictures --recall 0.99 --memory 4GB",
        group=KEEP,
    )
