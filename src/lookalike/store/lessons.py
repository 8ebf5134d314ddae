"""Judgements of answers, and profiles, in a database."""

from __future__ import annotations

from collections.abc import Collection

from lookalike.facts import Judgement
from lookalike.store.database import Database
from lookalike.store.rows import checked, columns_of


class LessonTable:
    """`LessonKeeper` on tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def judge(self, rows: Collection[Judgement]) -> int:
        """Keeps them, the last of a question and a content; how many are new or changed."""
        before = {(row.question, row.sha256): row.liked for row in self.judgements()}
        wanted = {(row.question, row.sha256): row.liked for row in rows}
        new = {key: liked for key, liked in wanted.items() if before.get(key) is not liked}
        put = [(question, bytes.fromhex(sha256), int(liked)) for (question, sha256), liked in new.items()]
        self._database.put("judgements", put, noted=True)
        return len(new)

    def judgements(self) -> list[Judgement]:
        """By question, then sha256."""
        text = f"SELECT {columns_of('judgements')} FROM judgements ORDER BY question, sha256"
        rows = (checked("judgements", row) for row in self._database.rows(text))
        return [Judgement(question, sha256.hex(), bool(liked)) for question, sha256, liked in rows]

    def forget(self, rows: Collection[Judgement]) -> int:
        """Drops those of these questions and contents, whatever they say; how many there were."""
        gone = [(row.question, bytes.fromhex(row.sha256)) for row in rows]
        return self._database.note("DELETE FROM judgements WHERE question = ? AND sha256 = ?", gone)

    def put_profile(self, name: str, text: str | None) -> None:
        """Adds or replaces it; with None drops it."""
        if text is None:
            self._database.note("DELETE FROM profiles WHERE name = ?", [(name,)])
        else:
            self._database.put("profiles", [(name, text)], noted=True)

    def profiles(self) -> dict[str, str]:
        """Texts by name, in their order."""
        rows = self._database.rows(f"SELECT {columns_of('profiles')} FROM profiles ORDER BY name")
        found = (checked("profiles", row) for row in rows)
        return {str(name): str(text) for name, text in found}
