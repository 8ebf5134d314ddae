"""The tables, as numbered migrations: a library of version n is brought to the newest by those after n."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping

Migration = str | Callable[[sqlite3.Connection], str]
"""A script, or what writes it for the database at hand."""

FACTS = ("taken", "camera", "lens", "orientation", "title", "caption", "keywords", "rating")
"""Columns of `lookalike.facts.Facts`, keywords as JSON."""
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "contents": ("sha256", "bytes", "width", "height", "format", "taken", "flags", "frames"),
    "records": ("path", "bytes", "mtime_ns", "inode", "device", "content"),
    "failures": ("path", "reason", "detail", "sha256", "bytes", "mtime_ns", "inode", "device"),
    "spaces": ("name", "digest", "dim", "metric", "configuration", "holds"),
    "calibrations": ("key", "text"),
    "compared": ("judge", "content"),
    "relations": ("judge", "a", "b", "relation", "score", "detail"),
    "frames": ("space", "content", "number", "vector"),
    "facts": ("content", *FACTS),
    "places": ("content", "latitude", "longitude", "altitude"),
    "sidecars": ("path", "bytes", "mtime_ns", "inode", "device", *FACTS),
    "labels": ("sha256", "name", "value"),
    "judgements": ("question", "sha256", "liked"),
    "profiles": ("name", "text"),
    "objects": ("sha256", "name"),
}
"""Columns of each table, in the order of its checksum: see `checksum.of_values`."""

APPLICATION_ID = 0x6C6B616C
"""'lkal', in the header of the file."""

LEDGER = "CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, program TEXT NOT NULL)"
"""Which program ran which migration, for the message of one that is too old; belongs to no format."""


def vectors_table(number: int) -> str:
    """Makes the table of one space: a content, and its vector as little-endian bytes, or its local features, packed.

    The checksum (`checksum.of_bytes`) stands before what is long: behind it, it would be on a page of its own.
    """
    return f"""
    CREATE TABLE vectors_{number} (
        content INTEGER PRIMARY KEY REFERENCES contents (id),
        checksum INTEGER NOT NULL,
        vector BLOB NOT NULL
    )
    """


def ids_index(number: int) -> str:
    """Makes the index of the ids in the table of a space: to find which are there, no page of rows is read."""
    return f"CREATE INDEX ids_of_vectors_{number} ON vectors_{number} (content)"


_NUMBERS = ("orientation", "rating")
FACT_COLUMNS = ", ".join(f"{name} {'INTEGER' if name in _NUMBERS else 'TEXT'}" for name in FACTS)


def marking_unworded(table: str, content: str) -> str:
    """Triggers that note which contents a changed row of the table is about."""
    return ";".join(
        f"""CREATE TRIGGER unworded_by_{event}_of_{table} AFTER {event} ON {table} BEGIN
            INSERT OR IGNORE INTO unworded SELECT {content.format(row=row)};
        END"""
        for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
    )


_LATER = {("contents", "frames"), ("relations", "detail")}
_LATER_TABLES = {"frames", "facts", "places", "sidecars", "labels", "judgements", "profiles", "objects"}
CHECKED_FIRST: Mapping[str, tuple[str, ...]] = {
    table: tuple(column for column in columns if (table, column) not in _LATER)
    for table, columns in COLUMNS.items()
    if table not in _LATER_TABLES
}
"""As `COLUMNS` were when checksums came."""

_FRAMES = f"""
    ALTER TABLE contents ADD COLUMN frames INTEGER;  -- NULL: not counted yet
    UPDATE contents SET frames = 1 WHERE format IN ('jpeg', 'bmp', 'ppm', 'ico');
    UPDATE contents SET checksum = checksum_of_values({", ".join(COLUMNS["contents"])});
    CREATE TABLE frames (  -- vectors of frames beside the one that stands for the content
        space INTEGER NOT NULL REFERENCES spaces (number),
        content INTEGER NOT NULL REFERENCES contents (id),
        number INTEGER NOT NULL,  -- from 0
        checksum INTEGER NOT NULL,
        vector BLOB NOT NULL,
        PRIMARY KEY (space, content, number)
    );
"""


def _with_checksums(connection: sqlite3.Connection) -> str:
    """Adds them to every table, with those of the rows that are there."""
    steps = []
    for table, columns in CHECKED_FIRST.items():
        steps += [
            f"ALTER TABLE {table} ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0",
            f"UPDATE {table} SET checksum = checksum_of_values({', '.join(columns)})",
        ]
    for (number,) in connection.execute("SELECT number FROM spaces"):
        steps += [
            f"ALTER TABLE vectors_{number} RENAME TO unchecked",
            vectors_table(number),
            f"""INSERT INTO vectors_{number}
                SELECT content, checksum_of_bytes(content, vector), vector FROM unchecked ORDER BY content""",
            "DROP TABLE unchecked",
        ]
    return ";\n".join(steps)


def _with_ids_alone(connection: sqlite3.Connection) -> str:
    """Adds the index of ids to the table of every space."""
    numbers = [number for (number,) in connection.execute("SELECT number FROM spaces")]
    return ";\n".join(map(ids_index, numbers))


_FACTS_AND_LABELS = f"""
    CREATE TABLE facts (  -- of every content whose file was read for them
        content INTEGER PRIMARY KEY REFERENCES contents (id),
        {FACT_COLUMNS},
        checksum INTEGER NOT NULL
    );
    CREATE TABLE places (
        content INTEGER PRIMARY KEY REFERENCES contents (id),
        latitude REAL NOT NULL,
        longitude REAL NOT NULL,
        altitude REAL,
        checksum INTEGER NOT NULL
    );
    CREATE TABLE sidecars (  -- by the path of the picture; the stamp is the sidecar's
        number INTEGER PRIMARY KEY,
        path BLOB NOT NULL UNIQUE,
        bytes INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        inode INTEGER NOT NULL,
        device INTEGER NOT NULL,
        {FACT_COLUMNS},
        checksum INTEGER NOT NULL
    );
    CREATE TABLE labels (  -- of bytes, whether or not the library has them now
        number INTEGER PRIMARY KEY,
        sha256 BLOB NOT NULL,
        name TEXT NOT NULL,
        value TEXT NOT NULL,  -- '' of a plain label
        checksum INTEGER NOT NULL,
        UNIQUE (sha256, name, value)
    );
    CREATE INDEX labels_by_name ON labels (name);
    CREATE TABLE unworded (content INTEGER PRIMARY KEY);  -- whose words are to be put into their table again
    INSERT INTO unworded SELECT DISTINCT content FROM records;
    {marking_unworded("records", "{row}.content")};
    {marking_unworded("facts", "{row}.content")};
    {marking_unworded("labels", "id FROM contents WHERE sha256 = {row}.sha256")};
    {marking_unworded("sidecars", "content FROM records WHERE path = {row}.path")}
"""

_OBJECTS = f"""
    CREATE TABLE objects (  -- of bytes, whether or not the library has them now
        number INTEGER PRIMARY KEY,
        sha256 BLOB NOT NULL UNIQUE,
        name TEXT NOT NULL,
        checksum INTEGER NOT NULL
    );
    CREATE INDEX objects_by_name ON objects (name);
    {marking_unworded("objects", "id FROM contents WHERE sha256 = {row}.sha256")}
"""

MIGRATIONS: tuple[Migration, ...] = (
    """
    CREATE TABLE contents (
        id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again
        sha256 BLOB NOT NULL UNIQUE,
        bytes INTEGER NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        format TEXT NOT NULL,
        taken TEXT,
        flags TEXT NOT NULL
    );
    CREATE TABLE records (
        path BLOB PRIMARY KEY,
        content INTEGER NOT NULL REFERENCES contents (id),
        bytes INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        inode INTEGER NOT NULL,
        device INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX records_by_content ON records (content);
    CREATE TABLE failures (
        path BLOB PRIMARY KEY,
        reason TEXT NOT NULL,
        detail TEXT NOT NULL,
        sha256 BLOB,
        bytes INTEGER,
        mtime_ns INTEGER,
        inode INTEGER,
        device INTEGER
    ) WITHOUT ROWID;
    CREATE INDEX failures_by_sha256 ON failures (sha256);
    CREATE TABLE spaces (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        digest TEXT NOT NULL,
        dim INTEGER NOT NULL,
        metric TEXT NOT NULL,
        configuration TEXT NOT NULL,
        UNIQUE (name, digest, dim, metric)
    );
    CREATE TABLE generation (value INTEGER NOT NULL);
    INSERT INTO generation VALUES (0);
    """,
    """
    CREATE TABLE calibrations (key TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
    """,
    """
    ALTER TABLE spaces ADD COLUMN holds TEXT NOT NULL DEFAULT 'vectors';  -- or 'local': sets of features
    CREATE TABLE compared (
        judge TEXT NOT NULL,
        content INTEGER NOT NULL REFERENCES contents (id),
        PRIMARY KEY (judge, content)
    ) WITHOUT ROWID;
    CREATE TABLE relations (
        judge TEXT NOT NULL,
        a INTEGER NOT NULL REFERENCES contents (id),
        b INTEGER NOT NULL REFERENCES contents (id),
        relation TEXT NOT NULL,
        score REAL NOT NULL,
        PRIMARY KEY (judge, a, b)
    ) WITHOUT ROWID;
    """,
    """
    SELECT 1;  -- spaces may hold 'planes', whose rows an older program would not drop with their contents
    """,
    _with_checksums,
    _FRAMES,
    """
    DELETE FROM compared;
    DROP TABLE relations;  -- found anew, with all that is proved of a pair
    CREATE TABLE relations (
        judge TEXT NOT NULL,
        a INTEGER NOT NULL REFERENCES contents (id),
        b INTEGER NOT NULL REFERENCES contents (id),
        relation TEXT NOT NULL,
        score REAL NOT NULL,
        detail TEXT NOT NULL,  -- JSON: coverage, edits, differs
        checksum INTEGER NOT NULL,
        PRIMARY KEY (judge, a, b)
    ) WITHOUT ROWID;
    """,
    _FACTS_AND_LABELS,
    """
    CREATE TABLE judgements (  -- of bytes, whether or not the library has them now
        number INTEGER PRIMARY KEY,
        question TEXT NOT NULL,
        sha256 BLOB NOT NULL,
        liked INTEGER NOT NULL,
        checksum INTEGER NOT NULL,
        UNIQUE (question, sha256)
    );
    CREATE TABLE profiles (
        number INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        text TEXT NOT NULL,
        checksum INTEGER NOT NULL
    );
    """,
    _OBJECTS,
    _with_ids_alone,
)
