"""`lookalike eval FOLDER --task variants`: are near misses told from copies, and is it said where they differ?"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lookalike.figures import score

if TYPE_CHECKING:
    import numpy as np

    from lookalike.evaluate.statistics import Estimate
    from lookalike.evaluate.trust import Verdict
    from lookalike.search.ingest.options import Options

COLUMNS = ("false identical", "false copy", "variant", "boxes", "kept")
"""Shares: the first three of near misses, of boxes those that agree, of true copies those that are told to be some."""
Rows = Mapping[str, Mapping[str, "Estimate"]]
"""Figures by kind, the last of all."""


def asked(
    folder: str, kinds: Sequence[str], each: int, edits: Sequence[str], seed: int, options: Options
) -> list[Verdict] | None:
    """Verdicts of `compare` on near misses that are made with the pictures of a folder; None when it was stopped."""
    from lookalike.errors import UnknownName
    from lookalike.evaluate.near_misses import KINDS, VARIANTS, Photos
    from lookalike.evaluate.near_misses.worn import COPIES
    from lookalike.evaluate.trust import by_compare, judged, questions
    from lookalike.search.ingest.options import Progress

    for kind in kinds:
        if kind not in KINDS:
            raise UnknownName("kind of near miss", kind, KINDS)
    wanted = list(dict.fromkeys(kinds)) or list(KINDS)
    total = len(wanted) * each * (2 * VARIANTS + len(edits or COPIES))
    found: list[Verdict] = []
    with tempfile.TemporaryDirectory() as scratch:
        for question in questions(
            wanted, each, Photos.below([Path(folder)]), Path(scratch), seed=seed, edits=edits or COPIES
        ):
            if options.should_stop():
                return None
            found.append(judged(question, by_compare(question.a, question.b)))
            options.on_commit(Progress(total, len(found), 0))
    return found


def rows(verdicts: Sequence[Verdict], rng: np.random.Generator) -> Rows:
    """Figures of each kind, and of all."""
    from lookalike.evaluate.trust_figures import figures

    kinds = dict.fromkeys(each.question.kind for each in verdicts)
    found = {kind: figures([each for each in verdicts if each.question.kind == kind], rng) for kind in kinds}
    return found | {"all": figures(verdicts, rng)}


def report(found: Rows, count: int) -> Iterator[str]:
    """A line a kind: every figure with its interval over families."""
    yield f"{count} questions to compare; shares with 95 % intervals over families"
    width = max(len(kind) for kind in found) + 2
    yield f"{'kind':{width}}" + "".join(f"{name:>22}" for name in COLUMNS)
    for kind, metrics in found.items():
        figures = (metrics.get(name) for name in COLUMNS)
        told = ("-" if one is None else f"{score(one.value)} [{score(one.low)} {score(one.high)}]" for one in figures)
        yield f"{kind:{width}}" + "".join(f"{each:>22}" for each in told)
