"""A library tuned to its own pictures: from where its answers are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np

from lookalike.protocols import Describer, Store
from lookalike.search.calibration.calibrate import COPIES, JUDGEMENTS
from lookalike.search.components import by_name
from lookalike.search.ingest.options import Options
from lookalike.search.ranking.channels import Channel, mixed
from lookalike.search.tuning.evidence import Evidence, of_classes, of_copies, of_judgements
from lookalike.search.tuning.profile import check_name, keep
from lookalike.search.tuning.tune import Tuned, tuned

AUTO: Final = "auto"


def tune(
    store: Store,
    describers: Sequence[Describer],
    name: str,
    source: str,
    *,
    originals: int,
    seed: int,
    options: Options,
) -> Tuned | None:
    """Learns, and keeps the profile where it is better for sure. None when `options.should_stop` ended it.

    `source` is what classes go by (`members_of`), `copies`, `judgements`, or `auto`: objects where there are two with
    two views, else labels of two pictures or more, else judgements, else copies. Raises `BadQuery` where there is too
    little to learn from.
    """
    check_name(name)
    evidence = _evidence(store, describers, source, originals, seed, options)
    if evidence is None:
        return None
    found = tuned(evidence, np.random.default_rng(seed))
    if found.profile is not None:
        with store.transaction():
            keep(store, name, found.profile)
    return found


def _evidence(
    store: Store, describers: Sequence[Describer], source: str, originals: int, seed: int, options: Options
) -> Evidence | None:
    count = store.count_contents()
    channels = mixed(
        [
            Channel(describer, 1.0, name)
            for name, describer in by_name(describers).items()
            if describer.space in store.spaces() and len(store.vector_ids(describer.space)) == count
        ]
    )
    if source == AUTO:
        source = _what_there_is(store)
    if source == COPIES:
        return of_copies(store, channels, originals, options, seed)
    if source == JUDGEMENTS:
        return of_judgements(store, channels)
    return of_classes(store, channels, source, np.random.default_rng(seed))


def _what_there_is(store: Store) -> str:
    views = Counter(store.objects.all().values())
    if sum(count > 1 for count in views.values()) > 1:
        return "object"
    labelled = {sha256 for sha256, label in store.labels.all() if not label.value}
    return "label" if len(labelled) > 1 else JUDGEMENTS if store.lessons.judgements() else COPIES
