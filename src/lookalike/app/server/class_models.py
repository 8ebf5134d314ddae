"""Documents about labels and classes, as typed models."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from lookalike.app.server.models import Document, File, Part


class LabelCount(Part):
    """A label, and how many files have it."""

    label: str
    files: int


class LabelCounts(Document):
    """All labels."""

    labels: list[LabelCount]


class PictureLabels(Document):
    """Labels of a picture, by name."""

    id: str
    labels: list[str]


class Labels(BaseModel):
    """Labels that a picture is given, or loses."""

    model_config = ConfigDict(extra="forbid")

    labels: list[Annotated[str, StringConstraints(min_length=1, max_length=1000)]] = Field(min_length=1, max_length=100)


class Classified(Part):
    """The class of a picture; null where none is likely enough, or where it is not known how likely one is."""

    query: str
    class_: str | None = Field(alias="class")
    probability: float | None
    none: float | None
    best: File
    scores: dict[str, float]


class Classes(Document):
    """Pictures in their order, and the class of each."""

    classified: list[Classified]


class Suggestion(File):
    """A label that the file's picture may want, and a picture that has it and looks like it."""

    label: str
    probability: float | None
    none: float | None
    best: File


class Suggested(Document):
    """Labels that pictures may want; nothing was written."""

    suggested: list[Suggestion]
    written: bool
