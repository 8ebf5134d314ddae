"""`lookalike locate TEMPLATE -l`: which pictures of the library hold a template, and where?"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from lookalike.app.cli.exits import Exit
from lookalike.app.cli.options import open_chosen, remark
from lookalike.app.cli.output import json_bytes, lines, shown, write
from lookalike.figures import score

if TYPE_CHECKING:
    from lookalike.protocols import Locator
    from lookalike.search.query.source import Source
    from lookalike.search.template.library_search import Finds
    from lookalike.types import Placement


def locate_in_library(
    template: Source,
    folder: str | None,
    *,
    k: int,
    least: float | None,
    locator: Locator | None,
    where: str | None,
    json: bool,
    scales: tuple[float, float],
    output: Path | None,
) -> int:
    """`locator` None: by `ccoeff-normed`, with the engine that is quicker for each picture."""
    from lookalike.app.documents import finds_document

    with open_chosen(folder) as opened:
        found = opened.locate(template, k=k, least=least, locator=locator, where=where, scales=scales)
    if found.unsearched and found.why is None:
        remark(
            f"{found.unsearched} of {found.searched + found.unsearched} pictures were not searched: they are too large "
            "or too small for this template, or have no small plane yet (lookalike index PATH --planes)"
        )
    if not found.places:
        remark(_why_none(found, least))
    write(
        json_bytes(finds_document(found))
        if json
        else lines(place_line(one.placement, one.record.path) for one in found.places),
        output,
    )
    return Exit.DONE if found.places else Exit.NOTHING_FOUND


def _why_none(found: Finds, least: float | None) -> str:
    if found.why is not None:
        return found.why
    if found.searched == 0 and found.unsearched == 0:
        return "there is no picture to look in: the library is empty, or none passes the filter"
    told = " so that its detail agrees (--least 0.9 goes by the score alone)" if least is None else f" at {least:g}"
    return f"no picture holds it{told}; --scales 0.5:2 looks for other sizes"


def place_line(place: Placement, path: str = "") -> str:
    """The score, the file if one is told, the box, and how large and turned the template is there."""
    x, y, width, height = place.box
    posed = "" if place.scale == 1 and place.angle == 0 else f"  scale {place.scale:.3f}"
    turned = f"  turned {math.degrees(place.angle):z.1f} degrees" if place.angle else ""
    name = f"  {shown(path)}" if path else ""
    lesser = f"  {place.kind}: {place.why}" if place.kind in ("covered", "like") else ""
    return f"{score(place.score, 4)}{name}  at {x:z.1f}, {y:z.1f}  {width:.0f} x {height:.0f}{posed}{turned}{lesser}"
