"""`lookalike train FOLDER --features KIND`: photos teach local features of one's own."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.gains import gained, heading
from lookalike.app.cli.interrupt import stop_on_interrupt
from lookalike.app.cli.options import common, remark
from lookalike.app.cli.output import json_bytes, lines, shown, write
from lookalike.figures import counted

if TYPE_CHECKING:
    from lookalike.search.training.features import FeatureProgress, FeatureSettings, FeatureTrial


def train_features(
    folder: Path, output: str, settings: FeatureSettings, cache: Path, workers: int, *, again: bool, json: bool
) -> int:
    """Trains them, and tells what they are worth."""
    from lookalike.app.cli.progress import bar
    from lookalike.app.documents import document
    from lookalike.search.ingest.options import Options
    from lookalike.search.training.features import train_features as trained

    with bar(common().quiet, "looking") as advance, stop_on_interrupt() as should_stop:
        options = Options(workers, on_commit=advance, should_stop=should_stop)
        found = trained(
            folder, output, settings, cache=cache, options=options, remark=remark, progress=_tell, again=again
        )
    if found is None:
        remark("stopped: the same command goes on from here")
        return Exit.INTERRUPTED
    write(json_bytes(document("train", **_figures(found))) if json else lines(_told(found)))
    return Exit.SOME_FAILED if "not readable" in found.left_out else Exit.DONE


def _tell(progress: FeatureProgress) -> None:
    remark(f"{progress.lesson}: {progress.iteration} of {progress.most}, loss {progress.loss:.3f}")


def _figures(found: FeatureTrial) -> dict[str, object]:
    return {
        "name": found.name,
        "kind": found.kind,
        "path": str(found.path),
        "sha256": found.sha256,
        "photos": found.photos,
        "judged": found.judged,
        "measure": found.measure,
        "gains": {name: asdict(gain) for name, gain in found.gains.items()},
        "left_out": dict(found.left_out),
    }


def _told(found: FeatureTrial) -> list[str]:
    better = all(gain.low > 0 for gain in found.gains.values())
    return [
        f"{counted(found.photos, 'photo')}; {found.judged} of them judge, and were not learned from",
        heading(f"{found.measure}, over", "before", "trained"),
        *(gained(name, gain) for name, gain in found.gains.items()),
        f"{shown(str(found.path))}: {found.kind}:weights={found.name}",
        *([] if better else ["not better than all of these beyond chance: more steps, or more photos"]),
    ]
