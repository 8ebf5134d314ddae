"""Documents about labels, objects and classes, as typed models."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from lookalike.app.server.fields import PictureId
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


Object = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
"""The name of an object."""
Named = Annotated[list[PictureId], Field(max_length=1000)]


class ObjectCount(Part):
    """An object, and how many files are views of it."""

    object: str
    views: int


class ObjectCounts(Document):
    """All objects, by name."""

    objects: list[ObjectCount]


class View(File):
    """A file that is a view of an object."""

    id: str
    object: str


class ObjectViews(Document):
    """Views of objects."""

    views: list[View]


class Views(BaseModel):
    """Pictures that become views of an object."""

    model_config = ConfigDict(extra="forbid")

    object: Object = Field(description="The name of the object; one that there is not yet is made.")
    ids: Annotated[Named, Field(min_length=1)] = Field(description="Pictures, by the ids of hits.")


class NoViews(BaseModel):
    """Views that are taken out: these pictures, or all of these objects, or those pictures of these objects."""

    model_config = ConfigDict(extra="forbid")

    ids: Named = Field([], description="Pictures, by the ids of hits.")
    objects: Annotated[list[Object], Field(max_length=100)] = Field([], description="Names of objects.")


class Gathered(Document):
    """Pictures that are views by what was said, the objects of these, and how many pictures were of another before."""

    views: int
    objects: int
    moved: int
    left_out: list[str]


class Removed(Document):
    """Views that there are no more; no picture was touched."""

    removed: int


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
