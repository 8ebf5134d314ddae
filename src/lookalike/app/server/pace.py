"""How fast a stage of a job goes, and how long it will still take."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

STAGES: Final = ("committed", "indexes", "comparisons", "groups")
"""Fields of progress that count what is done, each of a stage."""


@dataclass
class Pace:
    """Pace of one job. The rate is since the first report of a stage: what came before has an unknown start."""

    now: Callable[[], float] = time.monotonic
    _first: dict[str, tuple[float, int]] = field(default_factory=dict)

    def with_rate(self, progress: Mapping[str, Any]) -> dict[str, Any]:
        """The progress with `rate`, a second, and `left`, seconds; null where they are not known yet."""
        stage = next((name for name in STAGES if isinstance(progress.get(name), int)), None)
        if stage is None:
            return dict(progress)
        done, total, at = progress[stage], progress.get("total"), self.now()
        began, before = self._first.setdefault(stage, (at, done))
        rate = (done - before) / (at - began) if done > before and at > began else None
        left = (total - done) / rate if rate and isinstance(total, int) else None
        return {**progress, "rate": _rounded(rate), "left": _rounded(left)}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
