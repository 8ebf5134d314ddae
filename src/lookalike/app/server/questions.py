"""Questions as the library takes them: ids and URLs become bytes, names of channels are those that it has."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lookalike.app.server.fields import Ask, Upload, Uploads
from lookalike.app.server.filters import checked_classes
from lookalike.app.server.parts import Opener, named
from lookalike.app.server.problems import Problem
from lookalike.app.server.service import Service
from lookalike.errors import BadQuery, UnknownName
from lookalike.search.components import by_name, describers_of
from lookalike.search.pages.escape import legible
from lookalike.search.query.query import Query
from lookalike.search.query.source import Source
from lookalike.search.query.texts import labelled
from lookalike.search.query.things import Things
from lookalike.search.query.weighted import Weighted, name_of_part
from lookalike.types import Box

LABEL: Final = 200
"""Characters of a file's name that are repeated."""
PALETTE: Final = "colour:"


@dataclass(frozen=True)
class Question:
    """A query, and the names of its parts as a person knows them."""

    query: Query
    labels: list[str]
    minus: list[str]


def question_of(service: Service, ask: Ask, uploads: Uploads) -> Question:
    """The question, all of its pictures read; raises `Problem`, `BadQuery` or `FetchRefused` where one cannot be."""
    sent = list(uploads.get("picture", ()))
    opener = Opener(lambda id: _known(service, id), lambda url: _fetched(service, url), sent)
    parts = tuple(map(opener.part, ask.part))
    apart = named(ask.part, len(sent))
    own = [upload for at, upload in enumerate(sent) if at not in apart]
    views = [*own, *_of_library(service, ask.id), *(_fetched(service, url) for url in ask.url)]
    minus = [*uploads.get("minus_picture", ()), *_of_library(service, ask.minus_id)]
    colours, away = (tuple(map(_palette, each)) for each in (ask.colour, ask.minus_colour))
    away = (*away, *map(labelled, ask.minus_text))
    query = Query(
        tuple(view.data for view in views),
        texts=tuple(ask.text),
        colours=colours,
        words=tuple(ask.words),
        minus=(*(each.data for each in minus), *away),
        parts=tuple(map(_called, parts)),
        like=tuple(service.records(id)[0].path for id in ask.like_id),
        unlike=tuple(service.records(id)[0].path for id in ask.unlike_id),
        where=ask.where,
        by=_weights(service, ask.by),
        crop=_box(ask.crop),
        orientations=ask.any_orientation,
        k=ask.k,
        verify=ask.verify,
        collapse=ask.collapse,
        precision=ask.precision,
        profile=ask.profile,
        rerank=ask.rerank,
        thorough=ask.thorough,
        lang=ask.lang,
        names=tuple(each.name for each in (*views, *minus)),
        things=Things.asked(
            None if ask.group_by is None else checked_classes(ask.group_by), ask.as_, ask.least, ask.vote
        ),
    )
    labels = [*(_label(view.name) for view in views), *ask.text, *colours, *ask.words]
    labels += [_label(each.written) for each in parts if each.weight > 0]
    unlike = [_label(each.written.removeprefix("- ")) for each in parts if each.weight < 0]
    return Question(query, labels, [*(_label(each.name) for each in minus), *away, *unlike])


def picture_of(service: Service, name: str, uploads: Uploads, id: str | None) -> Source:
    """Bytes of what was uploaded under `name`, else of the library's picture `id`."""
    (*given,) = uploads.get(name, ())
    if len(given) + (id is not None) != 1:
        raise Problem(422, "bad_query", f"send one picture: a file as {name}, or the id of one as {name}_id")
    return given[0].data if given else service.bytes_of(id or "")


def _of_library(service: Service, ids: Sequence[str]) -> list[Upload]:
    return [_known(service, id) for id in ids]


def _known(service: Service, id: str) -> Upload:
    return Upload(service.names.relative(service.records(id)[0].path), service.bytes_of(id))


def _fetched(service: Service, url: str) -> Upload:
    from lookalike.search.query.fetch import fetch

    if not service.settings.urls:
        raise Problem(403, "no_urls", "this service fetches nothing: download the picture and send it as a file")
    return Upload(url, fetch(url, max_bytes=service.settings.body))


def _called(part: Weighted) -> Weighted:
    """The part as answers speak of it: a picture by the end of its name, as where it has no weight."""
    return replace(part, label=name_of_part(part.label)) if part.label else part


def _label(name: str) -> str:
    return legible(name[:LABEL])


def _palette(text: str) -> str:
    return text if text.startswith(PALETTE) else f"{PALETTE}{text}"


def _weights(service: Service, by: Sequence[str]) -> Mapping[str, float] | None:
    """Weights of channels that the library has: any other could name a file as one of its settings."""
    known = list(by_name(describers_of(service.library.store)))
    return dict(_weighed(word, known) for word in by) or None


def _weighed(word: str, known: Sequence[str]) -> tuple[str, float]:
    name, sign, weight = (word, "", "") if word in known else word.rpartition("=")
    if not sign:
        name, weight = word, "1"
    if name not in known:
        raise UnknownName("channel", name, known)
    try:
        value = float(weight)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < 0:
        raise BadQuery(f"the weight of {name!r} is a number of 0 or more, not {weight!r}")
    return name, value


def _box(crop: str | None) -> Box | None:
    if crop is None:
        return None
    try:
        x, y, width, height = (float(number) for number in crop.split(","))
    except ValueError as error:
        raise BadQuery("crop is X,Y,W,H in pixels of the picture, such as 10,20,300,200") from error
    if not all(map(math.isfinite, (x, y, width, height))):
        raise BadQuery("crop is four finite numbers, X,Y,W,H")
    return x, y, width, height
