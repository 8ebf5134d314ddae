"""Documents as typed models: the words of the command line, and `id` where a picture is meant.

Whatever a document holds beyond these fields is passed on: the documents themselves are made in one place for all.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Box = tuple[float, float, float, float]
Row = tuple[float, float, float]
Relation = Literal["identical", "copy", "part", "variant", "scene", "similar"]
Acting = Literal["trash", "move", "hardlink", "symlink"]
FileId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]


class Document(BaseModel):
    """A document, which says of which schema it is."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)

    schema_: str = Field(alias="schema", examples=["lookalike/search/1"])


class Part(BaseModel):
    """A part of a document."""

    model_config = ConfigDict(extra="allow")


class Coverage(Part):
    """Shares of either picture's area that the other shows."""

    query: float
    hit: float


class Difference(Part):
    """A place that does not agree; boxes x, y, w, h in px."""

    box: Box
    query_box: Box
    share: float
    kind: str


class File(Part):
    """A file by its name below a folder of the library; for admin its whole path."""

    path: str


class Hit(File):
    """An answer; unknown is null."""

    id: str
    rank: int
    score: float
    probability: float | None
    relation: Relation
    channels: dict[str, float]
    why: str
    coverage: Coverage | None
    edits: list[str] | None
    differs: list[Difference] | None
    file: Literal["unchanged", "changed", "gone"]
    box: Box | None
    query_box: Box | None
    transform: tuple[Row, Row, Row] | None
    size: tuple[int, int]
    frames: int | None


class Verdict(Part):
    """Thing that it is; null where none is likely enough, or where it is not known how likely one is."""

    by: str
    name: str | None
    nearest: str
    probability: float | None
    none: float | None
    least: float


class Query(Part):
    """The question as it was understood."""

    sources: list[str]
    minus: list[str]
    k: int
    where: str | None
    by: dict[str, float]
    crop: Box | None
    any_orientation: bool
    probability_of: str | None


class Search(Document):
    """Answers, best first."""

    query: Query
    seconds: float
    searched: int
    hits: list[Hit]
    next: str | None


class Picture(Document):
    """A picture of the library, and the files that hold it."""

    id: str
    size: tuple[int, int]
    bytes: int
    format: str
    taken: str | None
    frames: int | None
    files: list[File]


class Comparison(Document):
    """Two pictures in every channel."""

    relation: Relation
    probability: float | None
    score: float
    channels: dict[str, float]
    why: str
    coverage: Coverage | None
    edits: list[str] | None
    differs: list[Difference] | None
    box: Box | None
    query_box: Box | None
    transform: tuple[Row, Row, Row] | None


class Side(Part):
    """One of two pictures that were matched."""

    size: tuple[int, int]
    keypoints: int


class Matches(Document):
    """Places of two pictures that belong together."""

    a: Side
    b: Side
    matches: list[tuple[float, float, float, float, float]]
    inliers: int
    homography: tuple[Row, Row, Row] | None


class Explained(Part):
    """Explanation by a channel of what it sees in two pictures: a sentence, and a drawing, where it makes one."""

    channel: str
    line: str
    picture: str | None


class Explanations(Document):
    """Explanations of two pictures, one by each channel."""

    channels: list[Explained]


class Placement(Part):
    """Where a template lies; its box in px of the picture, its angle in degrees."""

    box: Box
    score: float
    scale: float
    angle: float


class Places(Document):
    """Places of a template, best first."""

    placements: list[Placement]


class Member(File):
    """A file of a group, and how it is related to the group's best."""

    id: str
    file_id: str
    size: tuple[int, int]
    bytes: int
    best: bool
    relation: Relation


class Group(Part):
    """Files that show one thing."""

    relation: Relation
    weakest: float
    members: list[Member]


class Superfluous(Part):
    """Files that could be done without."""

    files: int
    bytes: int


class Dupes(Document):
    """Groups of duplicates."""

    groups: list[Group]
    superfluous: Superfluous


class Outcome(File):
    """A file, and what became of it, or would."""

    file_id: str
    outcome: Literal["kept", "superfluous", "trashed", "moved", "linked", "restored", "skipped"]
    why: str
    reason: str | None
    bytes: int


class Resolved(Part):
    """A group, with an outcome for each of its files, the kept one first."""

    relation: Relation
    files: list[Outcome]


class Plan(Document):
    """Outcomes that files of groups would have, and the bytes that would be freed."""

    action: Literal["list"]
    keep: list[str]
    groups: list[Resolved]
    counts: dict[str, int]
    freed: int


class UndoableRun(Part):
    """A run that acted upon files, and can be undone."""

    run: int
    action: Acting
    files: int
    bytes: int


class Undoable(Document):
    """Actions that the service takes, and runs that can be undone, the last one first."""

    actions: list[Acting]
    runs: list[UndoableRun]


class Decision(BaseModel):
    """A group as it was decided upon, each file by its `file_id`: one is kept at least, however many are dropped."""

    model_config = ConfigDict(extra="forbid")

    keep: list[FileId] = Field(min_length=1, max_length=10_000, description="Files that stay, whatever the rules say.")
    drop: list[FileId] = Field(max_length=10_000, description="Files that may go, where a kept one stands for them.")


class Wished(BaseModel):
    """Groups that are meant; without groups, those of the library, by the rules of `lookalike resolve`."""

    model_config = ConfigDict(extra="forbid")

    relation: Literal["identical", "copy"] = Field("identical", description="No other is ever acted upon.")
    groups: list[Decision] | None = Field(None, min_length=1, max_length=10_000, description="What was decided.")


class Ordered(Wished):
    """Groups that were decided upon, and what is done to the files that may go."""

    action: Acting = Field(description="What is done: move takes a service with --aside DIR.")


class Undo(BaseModel):
    """Runs that are undone."""

    model_config = ConfigDict(extra="forbid")

    runs: int = Field(1, ge=1, le=1000, description="The last one, or so many of the last.")


class Space(Part):
    """A describer's vectors."""

    name: str
    digest: str
    dim: int
    metric: str
    index: str


class Status(Document):
    """The library in numbers."""

    images: int
    failed: int
    spaces: list[Space]
    local: list[Space]
    planes: int
    bytes: int
    role: str
    urls: bool
    originals: bool
    uploads: bool
    words: bool
    profiles: list[str]
    channels: dict[str, float]


class Described(Part):
    """A describer that there is."""

    name: str
    dim: int
    metric: str
    source: str
    digest: str
    fields: dict[str, Any]


class Describers(Document):
    """Describers that there are."""

    describers: list[Described]


class Health(Document):
    """Whether the service can answer."""

    ok: bool


class Folder(File):
    """A folder that may be indexed."""

    id: str
    is_there: bool
    files: int


class Folders(Document):
    """Folders that may be indexed."""

    folders: list[Folder]


class Job(Document):
    """A job that writes to the library."""

    id: str
    kind: Literal["index", "dupes", "resolve", "undo"]
    state: Literal["running", "done", "some_failed", "failed", "cancelled"]
    progress: dict[str, Any]
    report: dict[str, Any] | None
    message: str | None


class Jobs(Document):
    """Jobs since the service began, the latest first."""

    jobs: list[Job]


class Begin(BaseModel):
    """Folders that a job is about; without folders, all of them."""

    model_config = ConfigDict(extra="forbid")

    folders: list[str] = Field([], max_length=100, description="Ids of folders, as GET /api/folders gives them.")


class Session(Document):
    """Role of a session."""

    role: str
