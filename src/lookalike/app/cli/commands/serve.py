"""`lookalike serve`: the library as a web page, and as a service for programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.help import FIND, add_verb
from lookalike.app.cli.options import LibraryFolder, open_chosen, remark
from lookalike.errors import BadQuery


def serve(
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Listen at this address.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, metavar="N", help="Listen at this port; 0: at one that is free.")
    ] = 8000,
    tokens: Annotated[
        Path | None,
        typer.Option(
            "--tokens", metavar="FILE", help="Take only requests with a token of this file's ROLE TOKEN lines."
        ),
    ] = None,
    role: Annotated[
        str,
        typer.Option(
            "--role", metavar="ROLE", help="Without --tokens: what this machine's users may do: read, write or admin."
        ),
    ] = "read",
    name: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="HOST", help="Also answer to this host name. Repeat it for several."),
    ] = None,
    root: Annotated[
        list[Path] | None,
        typer.Option("--root", metavar="DIR", help="Let role write index this folder too. Repeat it for several."),
    ] = None,
    aside: Annotated[
        Path | None,
        typer.Option("--aside", metavar="DIR", help="Let role admin move superfluous files to this folder."),
    ] = None,
    uploads: Annotated[
        Path | None,
        typer.Option("--uploads", metavar="DIR", help="Let role write add pictures, which are kept in this folder."),
    ] = None,
    originals: Annotated[bool, typer.Option("--originals", help="Hand out whole files, to role admin.")] = False,
    urls: Annotated[bool, typer.Option("--urls", help="Fetch pictures that are asked about by URL.")] = False,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, metavar="N", help="Answer in N processes.")] = 1,
    threads: Annotated[
        int, typer.Option("--threads", min=1, max=64, metavar="N", help="Answer N questions at once in each process.")
    ] = 2,
    browse: Annotated[bool, typer.Option("--browse", help="Open the page in your browser.")] = False,
    library: LibraryFolder = None,
) -> int:
    """Open a web page on the library; answer programs over HTTP.

    Only this machine can ask, and only read, unless you say otherwise. Ctrl-C ends it.
    """
    from lookalike.app.server.listen import listen
    from lookalike.app.server.roles import GIVEN, Tokens, tokens_in
    from lookalike.app.server.settings import Settings
    from lookalike.app.server.upload_folder import made_ready

    if role not in GIVEN:
        raise BadQuery(f"--role is one of {', '.join(GIVEN)}, not {role!r}")
    for option, folder in [*(("--root", each) for each in root or ()), *([("--aside", aside)] if aside else [])]:
        if not folder.is_dir():
            raise BadQuery(f"{option} {str(folder)!r} is no folder", path=str(folder))
    if uploads is not None and tokens is None and role == "read":
        raise BadQuery("--uploads is for the role write, which nobody has here: add --role write, or --tokens FILE")
    with open_chosen(library) as opened:
        opened.store.count()  # where there is no library, it says so here
        location = opened.location.absolute()
    settings = Settings(
        location,
        host,
        port,
        tokens=Tokens() if tokens is None else tokens_in(tokens),
        role=GIVEN[role],
        names=tuple(name or ()),
        roots=tuple(root or ()),
        aside=None if aside is None else aside.absolute(),
        uploads=None if uploads is None else made_ready(uploads, location.folder),
        originals=originals,
        urls=urls,
        workers=workers,
        threads=threads,
    )

    def ready(address: str) -> None:
        remark(f"the page is at {address} and its routes at {address}docs; Ctrl-C ends it")
        if browse:
            import webbrowser

            webbrowser.open(address)

    listen(settings, ready)
    return Exit.DONE


def add_to(app: typer.Typer) -> None:
    """Registers the verb."""
    add_verb(
        app,
        serve,
        "lookalike serve --browse",
        "lookalike serve --port 0 --role write",
        "lookalike serve --role write --uploads ~/Pictures/added",
        "lookalike serve --workers 4 --threads 1",
        group=FIND,
        needs_arguments=False,
    )
