"""A run over groups: planned, then, under the lock of the one writer, acted upon file by file, each in the journal."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace

from lookalike.errors import BadQuery, OutOfSpace, UnknownName
from lookalike.location import Location
from lookalike.protocols import Store
from lookalike.search.duplicates.companions import Halves
from lookalike.search.duplicates.identical import Group
from lookalike.search.ingest.options import Options, Progress
from lookalike.search.resolve.acts import ACTS, Act
from lookalike.search.resolve.files import Held, check_may_go, held
from lookalike.search.resolve.given import UNKNOWN
from lookalike.search.resolve.journal import Entry, Journal
from lookalike.search.resolve.moving import temporary_beside
from lookalike.search.resolve.outcomes import (
    ACTIONS,
    DONE,
    Action,
    Outcome,
    Refused,
    Resolution,
    Resolved,
    of_all,
)
from lookalike.search.resolve.plan import Caution, Plan, apart, planned
from lookalike.search.resolve.proofs import Proofs
from lookalike.search.resolve.rules import rules_of
from lookalike.search.resolve.settle import follow, settle
from lookalike.search.resolve.undo import is_linked, put_back
from lookalike.store import open_store
from lookalike.types import Record

STOPPED = Refused("stopped", "the run was stopped before it came to this file")


@dataclass(frozen=True)
class Wish:
    """An order: rules for what to `keep`, one `action`, and the folder `into` which a move goes."""

    keep: tuple[str, ...] = ()
    action: Action = "list"
    into: str | None = None
    caution: Caution = field(default_factory=Caution)

    def act(self) -> Act | None:
        """The act; None of a list. Raises `BadQuery` or `UnknownName`."""
        if self.action not in ACTIONS:
            raise UnknownName("action", self.action, ACTIONS)
        if (self.action == "move") != (self.into is not None):
            raise BadQuery("move needs a folder, and no other action takes one: write --action move DIR")
        if not 0 <= self.caution.shown <= 1:
            raise BadQuery(f"a share lies between 0 and 1, not at {self.caution.shown}")
        if self.action == "list":
            return None
        into = "" if self.into is None else os.path.realpath(os.path.expanduser(self.into))
        if into and os.path.lexists(into) and not os.path.isdir(into):
            raise BadQuery(f"{into!r} is no folder: name one that files can be moved into")
        return ACTS[self.action](into)


@dataclass(frozen=True)
class Resolver:
    """Acts on groups of the library at `location` by what is proved of them.

    Files below `reference` are kept. `unknown` are, by group, paths that the library does not know; `marked` are paths
    that whoever gave the groups wants to keep.
    """

    location: Location
    proofs: Proofs
    reference: tuple[str, ...]
    options: Options
    unknown: Sequence[Sequence[str]] = ()
    marked: frozenset[str] = frozenset()

    def resolve(self, groups: Sequence[Group], wish: Wish) -> Resolution:
        """An outcome for every file of every group; raises `BadQuery`, `UnknownName` or `LibraryBusy` beforehand."""
        act = wish.act()
        with closing(open_store(self.location, write=act is not None)) as store:
            rules = rules_of(wish.keep, store)
            names = tuple(rule.name for rule in rules)
            halves = Halves()
            plans = [planned(group, rules, self.proofs, wish.caution, halves) for group in groups]
            if act is None:
                plans = apart(plans, _standing(Journal(self.location.folder)))
                found = [self._resolved(number, plan, _listed(plan)) for number, plan in enumerate(plans)]
                return Resolution("list", names, tuple(found))
            with store.writing():
                run = Run(store, Journal(self.location.folder), act, wish.action, self.options, len(plans))
                recovered = settle(run.journal, store)
                plans = apart(plans, _standing(run.journal))
                done = {entry.path: entry for entry in recovered if entry.stage == "done"}
                plans = [_with_done(plan, done) for plan in plans]
                acted = [self._resolved(number, plan, list(run.outcomes(plan))) for number, plan in enumerate(plans)]
                number = run.journal.run if run.journal.has_acted else None
                return Resolution(wish.action, names, tuple(acted), number, len(recovered), self.options.should_stop())

    def _resolved(self, number: int, plan: Plan, acted: Sequence[Outcome]) -> Resolved:
        unknown = self.unknown[number] if number < len(self.unknown) else ()
        kept = [] if plan.kept is None else [Outcome(plan.kept.path, "kept", plan.why)]
        outcomes = (*kept, *acted, *plan.settled, *of_all(unknown, UNKNOWN))
        return Resolved(plan.group.relation, tuple(map(self._by_mark, outcomes)))

    def _by_mark(self, outcome: Outcome) -> Outcome:
        is_marked = outcome.fate == "kept" and outcome.path in self.marked
        return replace(outcome, why="marked to be kept") if is_marked else outcome


def _with_done(plan: Plan, done: Mapping[str, Entry]) -> Plan:
    """A plan that tells what a run that was killed had done already, and nobody knew when the groups were made."""
    told = (
        _done_before(done[each.path]) if each.reason is not None and each.path in done else each
        for each in plan.settled
    )
    return replace(plan, settled=tuple(told))


def _done_before(entry: Entry) -> Outcome:
    why, where = _told(entry)
    return Outcome(entry.path, DONE[entry.action], f"{why}, by a run that was killed", to=where, bytes=entry.bytes)


def _standing(journal: Journal) -> set[str]:
    """Paths of files that links of earlier runs lead to."""
    return {entry.kept for entry in journal.entries("done") if is_linked(entry)}


def _listed(plan: Plan) -> list[Outcome]:
    assert plan.kept is not None or not plan.spare
    return [
        Outcome(each.path, DONE["list"], f"could go{_larger(each, plan.kept)}", bytes=_freed(each.path))
        for each in plan.spare
    ]


def _larger(record: Record, kept: Record | None) -> str:
    """A warning where a rule keeps the one of fewer px."""
    (w, h), (wide, high) = record.content.size, kept.content.size if kept else record.content.size
    return f", though it has more px: {w} x {h}" if w * h > wide * high else ""


def _freed(path: str) -> int:
    """Bytes that are freed with the last name of a file."""
    with suppress(OSError):
        status = os.lstat(path)
        return status.st_size if status.st_nlink == 1 else 0
    return 0


class Run:
    """One run that acts. The caller holds `store.writing()`."""

    def __init__(self, store: Store, journal: Journal, act: Act, action: Action, options: Options, groups: int) -> None:
        self.store = store
        self.journal = journal
        self._act = act
        self._action = action
        self._options = options
        self._groups = groups
        self._gone_through = 0
        self._broken: Refused | None = None
        self._known: Mapping[str, str] = {record.path: record.content.sha256 for record in store.records()}

    def outcomes(self, plan: Plan) -> Iterator[Outcome]:
        """Outcomes of the files of a group that could go."""
        if plan.kept is not None and plan.spare:
            yield from self._of_group(plan.kept, plan.spare)
        self._gone_through += 1
        self._options.on_commit(Progress(self._groups, self._gone_through, 0, "groups"))

    def _of_group(self, kept: Record, spare: Sequence[Record]) -> Iterator[Outcome]:
        try:
            self._check_known(kept)
            with held(kept.path, kept.content.sha256) as file:
                for record in spare:
                    yield self._of_file(record, file, kept)
        except Refused as refused:
            words = f"the kept one: {refused.words}"
            yield from of_all((each.path for each in spare), Refused("kept", words))
        except OSError as error:
            words = f"the kept one cannot be read: {error.strerror}"
            yield from of_all((each.path for each in spare), Refused("kept", words))

    def _of_file(self, record: Record, kept: Held, best: Record) -> Outcome:
        try:
            self._check_running()
            self._check_known(record)
            if not kept.is_as_it_was:
                raise Refused("kept", "the kept one has changed or gone meanwhile")
            with held(record.path, record.content.sha256) as file:
                if file.inode == kept.inode:
                    raise Refused("hard_link", "one file with the kept one under two names: nothing would be freed")
                check_may_go(record.path, file.status)
                return self._acted(record, file, kept, best)
        except Refused as refused:
            return Outcome.skipped(record.path, refused)
        except PermissionError as error:
            return Outcome.skipped(record.path, Refused("read_only", f"the system refuses: {error.strerror}"))
        except OSError as error:
            return Outcome.skipped(record.path, Refused("io", error.strerror or str(error)))

    def _check_running(self) -> None:
        if self._broken is not None:
            raise self._broken
        if self._options.should_stop():
            raise STOPPED

    def _check_known(self, record: Record) -> None:
        """Raises `Refused` where the library was changed since the groups were made."""
        if self._known.get(record.path) != record.content.sha256:
            raise Refused("changed", "the library knows another file there by now")

    def _acted(self, record: Record, file: Held, kept: Held, best: Record) -> Outcome:
        to, temporary = self._act.aim(file, kept, record.content.sha256 == best.content.sha256)
        freed = file.status.st_size if file.status.st_nlink == 1 else 0
        entry = self._begun(record, file, kept, to, temporary)
        try:
            entry = replace(entry, to=self._act.perform(entry, file, kept))
        except BaseException:
            self._end()
            raise
        if not kept.is_as_it_was:  # two names of one file, on a system that does not say so
            self._restore(entry)
        self._note_done(entry)
        why, where = _told(entry)
        return Outcome(record.path, DONE[self._action], why + _larger(record, best), to=where, bytes=freed)

    def _begun(self, record: Record, file: Held, kept: Held, to: str | None, temporary: str | None) -> Entry:
        entry = Entry(
            self.journal.run,
            self.journal.next_number(),
            self._action,
            record.path,
            kept.path,
            record.content.sha256,
            file.status.st_size,
            file.status.st_mode,
            file.status.st_mtime_ns,
            to,
            temporary,
        )
        try:
            return self.journal.note(entry, "begun")
        except OSError as error:
            self._broken = Refused("io", f"the journal cannot be written to: {error.strerror}")
            raise self._broken from error

    def _note_done(self, entry: Entry) -> None:
        """Has the library and the journal follow; where that fails, the next run does it."""
        try:
            follow(self.store, entry, away=True)
            self.journal.note(entry, "done")
        except (OSError, OutOfSpace) as error:
            self._broken = Refused("io", f"the library cannot be written to: {error}")

    def _restore(self, entry: Entry) -> None:
        words = "the kept one went with it, so it was put back"
        try:
            put_back(self.journal.note(entry, "undoing", temporary=temporary_beside(entry.path)))
        except Refused as refused:
            words = f"the kept one went with it, and it could not be put back: {refused.words}"
        self._end()
        raise Refused("kept", words)

    def _end(self) -> None:
        """Has what came to nothing, or half-way, told as it is."""
        with suppress(OSError, OutOfSpace):
            settle(self.journal, self.store)


def _told(entry: Entry) -> tuple[str, str | None]:
    """The act in words, and what is where now."""
    if entry.action == "trash":
        return "in the trash of the system", entry.to
    if entry.action == "move":
        return f"to {entry.to}", entry.to
    return f"{entry.action} to {entry.kept}", entry.kept
