"""Words as queries: each sentence asks for its picture, in the space of a describer that reads both."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lookalike.datasets.reader import Captions
from lookalike.datasets.retrieval import Retrieval
from lookalike.errors import BadQuery
from lookalike.protocols import Describer, TextDescriber
from lookalike.search.components import by_name
from lookalike.search.described import DescribedFolder
from lookalike.types import Vectors


def captions_task(
    captions: Captions, described: DescribedFolder, describers: Sequence[Describer]
) -> tuple[Retrieval, dict[str, Vectors]]:
    """The sentences as questions; by name (n, d) rows, those of the pictures, then those of the sentences.

    Raises `BadQuery` where a describer cannot read.
    """
    dumb = [name for name, describer in by_name(describers).items() if not isinstance(describer, TextDescriber)]
    if dumb:
        raise BadQuery(
            f"{captions.name!r} asks in words, and {', '.join(dumb)} cannot read: "
            "name describers of words, e.g. --describer class_words"
        )
    paths = sorted({path for path, _ in captions.captions})
    place = {path: at for at, path in enumerate(paths)}
    texts = [text for _, text in captions.captions]
    shown = np.array([place[path] for path, _ in captions.captions], np.int64)
    task = Retrieval(
        captions.name,
        "captions",
        (*paths, *texts),
        len(paths) + np.arange(len(texts)),
        np.arange(len(paths)),
        tuple(shown[:, None]),
        shown,
        (),
        captions.left_out,
    )
    rows = {
        name: np.concatenate([described.rows(each, paths), each.describe_text(texts)])
        for name, each in by_name(describers).items()
        if isinstance(each, TextDescriber)
    }
    return task, rows
