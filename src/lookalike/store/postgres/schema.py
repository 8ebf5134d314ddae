"""The tables on PostgreSQL, as numbered migrations: those of SQLite, with columns beside them that filters ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from psycopg import sql

from lookalike.store.schema import FACTS
from lookalike.store.words import FIELDS as WORDED
from lookalike.types import Space, SpaceKind

SCHEMA: Final = "lookalike"
SLOTS: Final = 16
"""Parts of the generation: two writers wait for each other's commit only where they raise one part."""
_MOST_DIMENSIONS: Final = 16_000
"""A `vector` of pgvector takes no more."""

KEYS: Mapping[str, str] = {
    "contents": "sha256",
    "records": "md5(path)",
    "failures": "md5(path)",
    "spaces": "name, digest, dim, metric",
    "calibrations": "key",
    "compared": "judge, content",
    "relations": "judge, a, b",
    "frames": "space, content, number",
    "facts": "content",
    "places": "content",
    "sidecars": "md5(path)",
    "labels": "sha256, name, value",
    "judgements": "md5(question), sha256",
    "profiles": "name",
    "objects": "sha256",
}
"""By what the rows of each table are told apart. An index takes 2.7 kB, and a path or a question may be longer."""

_TEXT = 'text COLLATE "C"'
_STAMP = "bytes numeric {0}, mtime_ns numeric {0}, inode numeric {0}, device numeric {0}"
_NUMBERS = ("orientation", "rating")
_FACTS = ", ".join(f"{name} {'bigint' if name in _NUMBERS else _TEXT}" for name in FACTS)
FOLDED: Final = ("camera", "lens", "title", "caption", "keywords")
_FOLDED = ", ".join(f"{name}_folded {'jsonb' if name == 'keywords' else _TEXT}" for name in FOLDED)


def _marking(table: str, contents: str) -> str:
    """A trigger that notes which contents a changed row of the table is about."""
    mark = "INSERT INTO unworded {} ON CONFLICT DO NOTHING"
    return f"""
    CREATE FUNCTION unworded_by_{table}() RETURNS trigger LANGUAGE plpgsql SET search_path = {SCHEMA} AS $$
    BEGIN
        IF TG_OP != 'DELETE' THEN {mark.format(contents.format(row="NEW"))}; END IF;
        IF TG_OP != 'INSERT' THEN {mark.format(contents.format(row="OLD"))}; END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER unworded_by_{table} AFTER INSERT OR UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION unworded_by_{table}();
    """


MIGRATIONS: tuple[str, ...] = (
    f"""
    CREATE TABLE contents (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        sha256 bytea NOT NULL UNIQUE,
        bytes bigint NOT NULL,
        width bigint NOT NULL,
        height bigint NOT NULL,
        format {_TEXT} NOT NULL,
        taken {_TEXT},
        flags {_TEXT} NOT NULL,
        frames bigint,
        checksum bigint NOT NULL
    );
    CREATE TABLE records (
        path bytea NOT NULL,
        {_STAMP.format("NOT NULL")},
        content bigint NOT NULL REFERENCES contents (id),
        checksum bigint NOT NULL,
        shown {_TEXT} NOT NULL
    );
    CREATE UNIQUE INDEX records_by_path ON records (md5(path));
    CREATE INDEX records_by_whole_path ON records USING hash (path);
    CREATE INDEX records_by_content ON records (content);
    CREATE TABLE failures (
        path bytea NOT NULL,
        reason {_TEXT} NOT NULL,
        detail {_TEXT} NOT NULL,
        sha256 bytea,
        {_STAMP.format("")},
        checksum bigint NOT NULL
    );
    CREATE UNIQUE INDEX failures_by_path ON failures (md5(path));
    CREATE INDEX failures_by_whole_path ON failures USING hash (path);
    CREATE INDEX failures_by_sha256 ON failures (sha256);
    CREATE TABLE spaces (
        number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name {_TEXT} NOT NULL,
        digest {_TEXT} NOT NULL,
        dim bigint NOT NULL,
        metric {_TEXT} NOT NULL,
        configuration {_TEXT} NOT NULL,
        holds {_TEXT} NOT NULL,
        checksum bigint NOT NULL,
        UNIQUE (name, digest, dim, metric)
    );
    CREATE TABLE generation (slot integer PRIMARY KEY, value bigint NOT NULL);
    -- From the time of making on, so that no file of an index of a database that was here before fits by chance.
    INSERT INTO generation SELECT slot, CASE slot WHEN 0 THEN (extract(epoch FROM now()) * 1e6)::bigint ELSE 0 END
        FROM generate_series(0, {SLOTS - 1}) slot;
    CREATE TABLE calibrations (key {_TEXT} PRIMARY KEY, text {_TEXT} NOT NULL, checksum bigint NOT NULL);
    CREATE TABLE compared (
        judge {_TEXT} NOT NULL,
        content bigint NOT NULL REFERENCES contents (id),
        checksum bigint NOT NULL,
        PRIMARY KEY (judge, content)
    );
    CREATE INDEX compared_by_content ON compared (content);
    CREATE TABLE relations (
        judge {_TEXT} NOT NULL,
        a bigint NOT NULL REFERENCES contents (id),
        b bigint NOT NULL REFERENCES contents (id),
        relation {_TEXT} NOT NULL,
        score double precision NOT NULL,
        detail {_TEXT} NOT NULL,
        checksum bigint NOT NULL,
        PRIMARY KEY (judge, a, b)
    );
    CREATE INDEX relations_by_a ON relations (a);
    CREATE INDEX relations_by_b ON relations (b);
    CREATE TABLE frames (
        space integer NOT NULL REFERENCES spaces (number),
        content bigint NOT NULL REFERENCES contents (id),
        number bigint NOT NULL,
        vector bytea NOT NULL,
        checksum bigint NOT NULL,
        PRIMARY KEY (space, content, number)
    );
    CREATE INDEX frames_by_content ON frames (content);
    CREATE TABLE facts (
        content bigint PRIMARY KEY REFERENCES contents (id), {_FACTS}, checksum bigint NOT NULL, {_FOLDED}
    );
    CREATE TABLE places (
        content bigint PRIMARY KEY REFERENCES contents (id),
        latitude double precision NOT NULL,
        longitude double precision NOT NULL,
        altitude double precision,
        checksum bigint NOT NULL
    );
    CREATE TABLE sidecars (
        path bytea NOT NULL, {_STAMP.format("NOT NULL")}, {_FACTS}, checksum bigint NOT NULL, {_FOLDED}
    );
    CREATE UNIQUE INDEX sidecars_by_path ON sidecars (md5(path));
    CREATE INDEX sidecars_by_whole_path ON sidecars USING hash (path);
    CREATE TABLE labels (
        sha256 bytea NOT NULL,
        name {_TEXT} NOT NULL,
        value {_TEXT} NOT NULL,
        checksum bigint NOT NULL,
        name_folded {_TEXT} NOT NULL,
        value_folded {_TEXT} NOT NULL,
        number double precision,  -- of a value that is a quantity
        unit {_TEXT},
        PRIMARY KEY (sha256, name, value)
    );
    CREATE INDEX labels_by_name ON labels (name_folded);
    CREATE TABLE judgements (
        question {_TEXT} NOT NULL, sha256 bytea NOT NULL, liked bigint NOT NULL, checksum bigint NOT NULL
    );
    CREATE UNIQUE INDEX judgements_by_question ON judgements (md5(question), sha256);
    CREATE TABLE profiles (name {_TEXT} PRIMARY KEY, text {_TEXT} NOT NULL, checksum bigint NOT NULL);
    CREATE TABLE objects (
        sha256 bytea PRIMARY KEY, name {_TEXT} NOT NULL, checksum bigint NOT NULL, name_folded {_TEXT} NOT NULL
    );
    CREATE INDEX objects_by_name ON objects (name_folded);
    CREATE TABLE words (  -- tokens, and all of them once more for the index
        content bigint PRIMARY KEY,
        length bigint NOT NULL,
        {", ".join(f"{field} {_TEXT} NOT NULL" for field in WORDED)},
        tokens tsvector NOT NULL
    );
    CREATE INDEX words_by_token ON words USING gin (tokens);
    CREATE TABLE unworded (content bigint PRIMARY KEY);  -- whose words are to be put into their table again
    {_marking("records", "SELECT {row}.content")}
    {_marking("facts", "SELECT {row}.content")}
    {_marking("labels", "SELECT id FROM contents WHERE sha256 = {row}.sha256")}
    {_marking("objects", "SELECT id FROM contents WHERE sha256 = {row}.sha256")}
    {_marking("sidecars", "SELECT content FROM records WHERE path = {row}.path")}
    """,
)


def type_of(space: Space, kind: SpaceKind) -> str:
    """Type of the rows of a space: pgvector's for floats, bits for bits, bytes for what is neither."""
    if kind != "local" and space.metric == "hamming":
        return f"bit({8 * space.columns})"
    if kind == "vectors" and space.dtype.kind == "f" and space.columns <= _MOST_DIMENSIONS:
        return f"vector({space.columns})"
    return "bytea"


def vectors_table(number: int, type: str) -> sql.Composed:
    """Makes the table of one space. Nothing is packed once more: it gains little and takes longer to read."""
    text = """
        CREATE TABLE {table} (
            content bigint PRIMARY KEY REFERENCES contents (id), checksum bigint NOT NULL, vector {type} NOT NULL
        );
        ALTER TABLE {table} ALTER COLUMN vector SET STORAGE {storage}
    """
    storage = sql.SQL("PLAIN" if type.startswith("bit") else "EXTERNAL")
    return sql.SQL(text).format(
        table=sql.Identifier(f"vectors_{number}"),
        type=sql.SQL(type),
        storage=storage,
    )
