"""JSON documents of measurements: the ruler, near misses, calibration."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from lookalike.app.documents import Document, document

if TYPE_CHECKING:
    from lookalike.evaluate.reality.comparison import Comparison
    from lookalike.evaluate.recommend import Recommendation
    from lookalike.evaluate.ruler import Evaluation
    from lookalike.evaluate.statistics import Estimate
    from lookalike.search.calibration.fit import Fitted


def eval_document(evaluation: Evaluation) -> Document:
    """A row for each method, best first; what was left out of the task, counted."""
    task = evaluation.task
    return document(
        "eval",
        queries=len(task.queries),
        base=len(task.base),
        left_out=dict(task.left_out),
        rows=[
            {
                "dataset": task.name,
                "task": task.task,
                "method": row.method,
                "metrics": {name: _figure(found) for name, found in row.metrics.items()},
                "ms_per_image": round(row.ms_per_image, 3),
                "bytes_per_image": row.bytes_per_image,
                "ms_per_query": round(row.ms_per_query, 3),
                "pareto": row.pareto,
                "p_behind_best": row.behind,
                **({"by_edit": {kind: _figure(found) for kind, found in row.by_kind.items()}} if row.by_kind else {}),
            }
            for row in evaluation.rows
        ],
        recommendation=None if evaluation.recommendation is None else _advice(evaluation.recommendation),
    )


def variants_document(dataset: str, figures: Mapping[str, Mapping[str, Estimate]], questions: int) -> Document:
    """Rows of one kind of near misses each, the last of all, as `compare` told them."""
    return document(
        "eval",
        queries=questions,
        rows=[
            {
                "dataset": dataset,
                "task": "variants",
                "method": "compare",
                "kind": kind,
                "metrics": {name: _figure(found) for name, found in metrics.items()},
            }
            for kind, metrics in figures.items()
        ],
    )


def reality_document(dataset: str, found: Comparison) -> Document:
    """Rows of what is compared, in the order of the papers."""
    return document(
        "eval",
        queries=found.test_pictures,
        rows=[
            {
                "dataset": dataset,
                "task": "reality",
                "method": row.name,
                "year": row.year,
                "metrics": {name: _figure(figure) for name, figure in row.metrics.items()},
            }
            for row in found.rows
        ],
        rank_correlation=None if found.by_year is None else round(found.by_year, 6),
    )


def _figure(found: Estimate) -> Document:
    return {"value": round(found.value, 6), "low": round(found.low, 6), "high": round(found.high, 6)}


def _advice(advice: Recommendation) -> Document:
    return {
        "by": dict(advice.weights),
        "threshold": advice.threshold,
        "precision": None if math.isnan(advice.precision) else round(advice.precision, 6),
        "recall": round(advice.recall, 6),
        "queries": advice.queries,
    }


def calibrate_document(fitted: Fitted) -> Document:
    """Worth of scores, with how well it was told of hits that had no part in fitting."""
    from lookalike.evaluate.metrics.calibration import expected_calibration_error, reliability

    found = fitted.calibration
    bins = reliability(fitted.stated, fitted.right)
    return document(
        "calibrate",
        claim=found.claim,
        form=found.form,
        questions=found.questions,
        pictures=found.pictures,
        log_loss=round(found.log_loss, 6),
        calibration_error=round(expected_calibration_error(fitted.stated, fitted.right), 6),
        reliability=[
            {"stated": round(float(stated), 6), "true": round(float(true), 6), "hits": int(count)}
            for stated, true, count in zip(bins.stated, bins.true, bins.count, strict=True)
        ],
        thresholds={
            str(precision): {"score": found.threshold(precision), "recall": round(found.recall(precision), 6)}
            for precision in (0.9, 0.95, 0.99)
        },
        curve={"scores": found.scores, "probabilities": found.probabilities},
    )
