"""Documents about pictures that were sent to be kept, as typed models."""

from __future__ import annotations

from pydantic import Field

from lookalike.app.server.models import Document, File, Job, Part


class Kept(File):
    """A picture that the library has, or will have once the job is done; by the name that its sender gave it."""

    upload: str
    id: str
    new: bool = Field(description="False where the same bytes were here already: nothing was written.")


class Refused(Part):
    """A picture that was not kept, and why."""

    upload: str
    reason: str
    detail: str


class Uploaded(Document):
    """Pictures that were sent, kept or refused, and the job that indexes what is not indexed yet; null without any."""

    pictures: list[Kept]
    refused: list[Refused]
    job: Job | None
