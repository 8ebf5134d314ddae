"""JSON documents of classes: which of them pictures are of, and labels that pictures may want."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lookalike.app.documents import Document, document, path_fields

if TYPE_CHECKING:
    from lookalike.search.classification.classify import Classified
    from lookalike.search.classification.suggest import Suggestion


def classify_document(found: Sequence[Classified]) -> Document:
    """The class of each picture, null where it is of none."""
    return document(
        "classify",
        classified=[
            {
                "query": one.query,
                "class": one.label,
                "probability": _share(one.probability),
                "none": _share(one.none),
                "best": path_fields(one.best),
                "scores": {name: round(alike, 6) for name, alike in one.scores},
            }
            for one in found
        ],
    )


def suggested_document(found: Sequence[Suggestion], *, written: bool = False) -> Document:
    """Labels that pictures may want, and whether they were written."""
    rows = [
        {
            **path_fields(one.path),
            "label": one.label,
            "probability": _share(one.probability),
            "none": _share(one.none),
            "best": path_fields(one.best),
        }
        for one in found
    ]
    return document("labels", suggested=rows, written=written)


def _share(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
