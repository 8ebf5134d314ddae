"""Fields of a request, from a form or from the address: read alike, and documented from the same model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, TypeVar, get_origin

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints, ValidationError

from lookalike.app.server.problems import Problem

PictureId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""The SHA-256 of a picture's bytes, as a hit names it."""
Words = Annotated[str, StringConstraints(max_length=2000)]
Several = Annotated[list[Words], Field(max_length=16)]
Ids = Annotated[list[PictureId], Field(max_length=16)]
Judged = Annotated[list[PictureId], Field(max_length=100)]
PICTURES: Final = 16
"""Pictures of one request."""
UPLOAD: Final[dict[str, Any]] = {"type": "string", "format": "binary"}
M = TypeVar("M", bound="Fields")


class Fields(BaseModel):
    """Fields by the words of the command line; an unknown one is refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Ask(Fields):
    """A question to the library."""

    id: Ids = Field([], description="Ask with this picture of the library; several are views of one thing.")
    url: Several = Field([], description="Ask with the picture at this http(s) URL, where the service allows it.")
    colour: Several = Field([], description="Ask with colours, such as teal=0.7,#ffffff=0.3.")
    text: Several = Field([], description="Ask with words for what pictures show, where the library reads them.")
    words: Several = Field([], description="Ask with words of names, folders, labels, titles and captions.")
    minus_id: Ids = Field([], description="Answers should not be like this picture of the library.")
    like_id: Judged = Field([], description="An answer that was liked draws the question to it; nothing is kept.")
    unlike_id: Judged = Field([], description="What is more like this answer than like all that is wanted loses.")
    minus_text: Several = Field([], description="Answers should not show what these words say.")
    part: Several = Field(
        [],
        description="A part with a weight, 2:text:red or -0.5:id:...; kinds: id, url, text, words, colour, picture:1.",
    )
    lang: Words | None = Field(None, description="The language of the texts, en.")
    minus_colour: Several = Field([], description="Answers should not be like these colours.")
    where: Words | None = Field(None, description="Only pictures that pass this filter, such as width > 1000.")
    by: Several = Field([], description="Compare by this channel, NAME or NAME=WEIGHT.")
    crop: Words | None = Field(None, description="Ask about a part of the picture: X,Y,W,H in its pixels.")
    k: int = Field(20, ge=1, le=1000, description="Answers in all.")
    page: int = Field(100, ge=1, le=200, description="Answers in one document; next leads to the others.")
    verify: int | None = Field(None, ge=0, le=200, description="Candidates that geometry verifies.")
    profile: Words | None = Field(None, description="Compare as tune learned, by the name of the profile.")
    rerank: Words | None = Field(None, description="Order the best candidates anew by this re-ranker.")
    thorough: bool = Field(False, description="Look again at the best by networks: seconds.")
    precision: FiniteFloat | None = Field(
        None, gt=0, lt=1, description="Only answers at least this likely to be right."
    )
    any_orientation: bool = Field(False, description="Also ask with the picture mirrored and turned.")
    collapse: bool = Field(False, description="Fold near-identical pictures under one answer.")
    group_by: Words | None = Field(
        None, description="One answer for each object, label, folder, or value of a fact, and which of them it is."
    )
    as_: Literal["pictures", "objects"] | None = Field(
        None, alias="as", description="Answers are pictures, or objects: the best view, the score from all views."
    )
    least: FiniteFloat | None = Field(None, ge=0, le=1, description="Name one of group_by only if it is so likely.")
    vote: Words | None = Field(None, description="How the views of a thing make its score, such as span or best.")


class Class(Fields):
    """Pictures to name, each by itself; what is uploaded as `picture` stands beside those of the library."""

    id: Ids = Field([], description="A picture of the library.")
    by: Words = Field("label", description="Classes: label, object, folder, or the KEY of a fact.")
    least: FiniteFloat = Field(0.5, ge=0, le=1, description="Name a class only if it is so likely.")
    where: Words | None = Field(None, description="Classes of pictures that pass this filter.")


class Suggest(Fields):
    """Pictures of the library that may want a label."""

    id: Annotated[Ids, Field(min_length=1)] = Field(description="A picture of the library.")
    by: Words = Field("label", description="Suggest labels, or values of the fact of this key.")
    least: FiniteFloat = Field(0.5, ge=0, le=1, description="Only what is so likely to be right.")
    where: Words | None = Field(None, description="Only pictures that pass this filter.")


class Pair(Fields):
    """Two pictures of the library; what is uploaded under `a` or `b` takes the place of one."""

    a_id: PictureId | None = Field(None, description="The first picture, of the library.")
    b_id: PictureId | None = Field(None, description="The second picture, of the library.")


class MatchedPair(Pair):
    """Two pictures, and by what they are matched."""

    local: Words = Field("sift", description="Local features, as `lookalike describers --local` lists them.")
    matcher: Words = Field("nearest", description="The matcher.")


class Template(Fields):
    """A template, and where it is looked for: in one picture, or, where none is named, in the library."""

    template_id: PictureId | None = Field(None, description="The template, of the library.")
    image_id: PictureId | None = Field(None, description="The picture that may hold it, of the library.")
    k: int = Field(20, ge=1, le=200, description="Places in all.")
    least: FiniteFloat | None = Field(None, ge=-1, le=1, description="Every place that scores as much, by score alone.")
    where: Words | None = Field(None, description="In the library: only pictures that pass this filter.")


@dataclass(frozen=True)
class Upload:
    """A picture that came with the request, by the name that its sender gave it."""

    name: str
    data: bytes


Uploads = Mapping[str, list[Upload]]


async def posted(request: Request, model: type[M], files: Iterable[str]) -> tuple[M, Uploads]:
    """Fields and pictures of a form; `files` name the fields of pictures."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("multipart/form-data", "application/x-www-form-urlencoded", ""):
        raise Problem(415, "not_a_form", f"send a form, as curl -F does, not {kind!r}")
    await request.body()  # all of it or nothing: of a part no file is left behind
    async with request.form(max_files=PICTURES, max_fields=256, max_part_size=64 * 1024) as form:
        pairs = list(form.multi_items())
        uploads: dict[str, list[Upload]] = {name: [] for name in files}
        for name, value in pairs:
            if not isinstance(value, str) and (value.filename or value.size):
                if name not in uploads:
                    raise Problem(422, "bad_query", f"a file was sent as {name[:60]!r}: send {' or '.join(uploads)}")
                uploads[name].append(Upload(value.filename or "upload", await value.read()))
    words = [(name, value) for name, value in pairs if isinstance(value, str)]
    return parsed(model, words, known=uploads), uploads


def parsed(model: type[M], words: Iterable[tuple[str, str]], known: Iterable[str] = ()) -> M:
    """Fields by name; an empty one is left out, and one that is no list may stand once."""
    values: dict[str, Any] = {}
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    for name, value in words:
        if not value.strip():
            continue
        field = fields.get(name)
        if field is None:
            names = ", ".join([*known, *fields])
            hint = "send it as a file" if name in known else f"known: {names}"
            raise Problem(422, "bad_query", f"no field {name[:60]!r} here; {hint}")
        if _is_list(field.annotation):
            values.setdefault(name, []).append(value)
        elif name in values:
            raise Problem(422, "bad_query", f"the field {name!r} stands twice")
        else:
            values[name] = value
    try:
        return model.model_validate(values)
    except ValidationError as error:
        told = [f"{each['loc'][0]}: {each['msg']}" for each in error.errors()[:5]]
        raise Problem(422, "bad_query", f"{'; '.join(told)}: see /docs") from error


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) is list


def form_of(model: type[Fields], files: Mapping[str, str]) -> dict[str, Any]:
    """OpenAPI of a form with these fields and pictures."""
    properties = {name: {"type": "array", "items": UPLOAD, "description": told} for name, told in files.items()}
    properties |= model.model_json_schema()["properties"]
    schema = {"type": "object", "properties": properties, "description": (model.__doc__ or "").strip()}
    return {"requestBody": {"content": {"multipart/form-data": {"schema": schema}}}}


def address_of(model: type[Fields]) -> dict[str, Any]:
    """OpenAPI of an address with these fields behind the question mark."""
    return {
        "parameters": [
            {"name": name, "in": "query", "required": False, "schema": schema, "description": schema["description"]}
            for name, schema in model.model_json_schema()["properties"].items()
        ]
    }
