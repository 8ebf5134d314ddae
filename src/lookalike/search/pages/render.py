"""Results to look at: pages that stand alone in one file, without a script, and a fragment for notebooks."""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import PurePath
from typing import TYPE_CHECKING

from lookalike.figures import file_size, percent, score
from lookalike.search.calibration.model import Claim
from lookalike.search.pages.escape import legible
from lookalike.types import Answer, Box, Explanation, Pixels, Record, Relation, Size

if TYPE_CHECKING:
    from jinja2 import Environment

    from lookalike.search.compare import Comparison

HERE = "lookalike.search.pages"
SIDE = 240
"""Longest side of a thumbnail, in px."""
MISSING = "This file is gone or has changed since it was indexed."
KEPT_NOWHERE = "This picture was added without a file, and the library keeps none."
EVIDENCE_SIDE = 480
"""Longest side of an explanation's picture, in px."""


@dataclass(frozen=True)
class Asked:
    """One view of what was asked; `thumbnail` as `thumbnail` makes it, None of a text."""

    label: str
    thumbnail: bytes | None
    size: Size | None = None
    box: Box | None = None
    """The part that is framed, in px of a picture of `size`."""


@dataclass(frozen=True)
class Shown:
    """An answer with what to draw; `thumbnail` is None where the file is gone, `explanations` are by channel."""

    answer: Answer
    thumbnail: bytes | None
    explanations: Mapping[str, Explanation] = field(default_factory=dict)


@dataclass(frozen=True)
class ShownGroup:
    """Files that show one thing, each with its thumbnail or None."""

    relation: Relation
    weakest: float
    members: Sequence[tuple[Record, bytes | None]]


def thumbnail(pixels: Pixels, side: int = SIDE) -> bytes:
    """WebP of at most `side` px a side, never enlarged; made of the pixels alone, so that no metadata comes along."""
    from PIL import Image

    image = Image.fromarray(pixels)
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    image.save(file, "WEBP", quality=80)
    return file.getvalue()


def search_page(
    asked: Sequence[Asked],
    shown: Sequence[Shown],
    *,
    searched: int,
    seconds: float,
    where: str | None,
    claim: Claim | None = None,
) -> str:
    """The answers to one question; `searched` pictures were eligible; `claim` is what probabilities are of."""
    return _rendered(
        "search.html", asked=asked, shown=shown, searched=searched, seconds=seconds, where=where, claim=claim
    )


def groups_page(groups: Sequence[ShownGroup]) -> str:
    """Groups of pictures that are one picture."""
    return _rendered("groups.html", groups=groups)


def groups_notebook(groups: Sequence[ShownGroup]) -> str:
    """Groups as a fragment that carries its own style."""
    return _rendered("groups_notebook.html", groups=groups)


def comparison_notebook(comparison: Comparison) -> str:
    """Two pictures, how they relate and why, as a fragment that carries its own style."""
    return _rendered("comparison_notebook.html", views=_views(comparison), comparison=comparison)


def comparison_page(comparison: Comparison) -> str:
    """Two pictures side by side, with what every channel says of them."""
    explained = comparison.explanations
    agrees = {name: explained[name] for name in comparison.agreeing if name in explained}
    differs = {name: explanation for name, explanation in explained.items() if name not in agrees}
    return _rendered(
        "comparison.html",
        views=_views(comparison),
        comparison=comparison,
        proof=comparison.proof(),
        sections={"What agrees": agrees, "What does not": differs},
    )


def _views(comparison: Comparison) -> list[Asked]:
    evidence = comparison.evidence
    boxes = (None, None) if evidence is None else (evidence.query_box, evidence.box)
    return [
        Asked(view.label, thumbnail(view.picture(SIDE).pixels), view.size, box)
        for view, box in zip((comparison.a, comparison.b), boxes, strict=True)
    ]


def notebook(asked: Sequence[Asked], shown: Sequence[Shown]) -> str:
    """The answers as a fragment that carries its own style."""
    return _rendered("notebook.html", asked=asked, shown=shown)


def _rendered(template: str, **values: object) -> str:
    return environment(HERE).get_template(template).render(values)


@cache
def environment(package: str) -> Environment:
    """Templates of `package` over those here, its `page.css` added to the style."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    packages = dict.fromkeys([HERE, package])
    styles = [resources.files(name).joinpath("templates", "page.css").read_text("utf-8") for name in packages]
    style = "".join(styles)
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader(HERE)]),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: legible(value) if type(value) is str else value,  # markup, a kind of str, is ours
    )
    environment.globals |= {"style": style, "style_hash": _csp_hash(style)}
    environment.filters |= {
        "bytes": file_size,
        "data_uri": _data_uri,
        "evidence": lambda pixels: _data_uri(thumbnail(pixels, EVIDENCE_SIDE)),
        "file_name": lambda path: PurePath(path).name,
        "folder": _folder,
        "link": _link,
        "missing": lambda record: MISSING if record.has_file else KEPT_NOWHERE,
        "share": lambda score: f"{min(max(score, 0.0), 1.0) * 100:.1f}",
        "percent": _percent,
        "score": lambda value, digits=2: score(value, digits),
        "size": lambda size: f"{size[0]} × {size[1]}",
    }
    return environment


def _link(path: str) -> str | None:
    """Target of a link to a file, or to a page on the web; None for any other URI, which may be a script."""
    if PurePath(path).is_absolute():
        return PurePath(path).as_uri()
    return path if path.lower().startswith(("http://", "https://")) else None


def _folder(path: str) -> str:
    return str(PurePath(path).parent) if PurePath(path).is_absolute() else path.rpartition("/")[0]


def _csp_hash(style: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode('ascii')}"


def _data_uri(webp: bytes) -> str:
    return f"data:image/webp;base64,{base64.b64encode(webp).decode('ascii')}"


def _percent(probability: float) -> str:
    """Whole percents; near both ends, where they say too little, tenths."""
    is_plain = 0.01 <= probability <= 0.99 or probability in (0, 1)
    return percent(probability, 0 if is_plain else 1)
