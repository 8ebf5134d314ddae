"""Runs undone, the last one first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import groupby

from lookalike.errors import BadQuery
from lookalike.location import Location
from lookalike.protocols import Store
from lookalike.search.ingest.options import Options
from lookalike.search.resolve.journal import Entry, Journal
from lookalike.search.resolve.moving import temporary_beside
from lookalike.search.resolve.outcomes import Outcome, Refused, Resolution, Resolved
from lookalike.search.resolve.settle import follow, settle
from lookalike.search.resolve.undo import put_back
from lookalike.store import open_store

STOPPED = Refused("stopped", "stopped before it came to this file")


def undo_runs(at: Location, runs: int, options: Options) -> Resolution:
    """Undoes the last `runs` runs that have something to undo; an outcome for each file, the last acted upon first."""
    if runs < 1:
        raise BadQuery(f"{runs} runs cannot be undone: name how many of the last ones, from 1 on")
    with closing(open_store(at)) as store, store.writing():
        journal = Journal(at.folder)
        recovered = len(settle(journal, store))
        done = groupby(reversed(journal.entries("done")), key=lambda entry: entry.run)
        last = [list(entries) for (_, entries), _ in zip(done, range(runs), strict=False)]
        undone = [Resolved(None, tuple(_undone(entries, journal, store, options))) for entries in last]
        return Resolution("undo", (), tuple(undone), None, recovered, options.should_stop())


def _undone(entries: Sequence[Entry], journal: Journal, store: Store, options: Options) -> Iterator[Outcome]:
    for entry in entries:
        try:
            if options.should_stop():
                raise STOPPED
            yield _restored(entry, journal, store)
        except Refused as refused:
            yield Outcome.skipped(entry.path, refused)
        except OSError as error:
            yield Outcome.skipped(entry.path, Refused("io", error.strerror or str(error)))


def _restored(entry: Entry, journal: Journal, store: Store) -> Outcome:
    begun = journal.note(entry, "undoing", temporary=temporary_beside(entry.path))
    try:
        put_back(begun)
    except Refused:
        journal.note(entry, "done")
        raise
    except OSError:
        settle(journal, store)
        raise
    follow(store, begun, away=False)
    journal.note(begun, "undone")
    return Outcome(entry.path, "restored", "back at its place")
